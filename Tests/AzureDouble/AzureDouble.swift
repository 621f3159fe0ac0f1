import ArgumentParser
import Foundation
import NIOCore
import NIOSSL

/// An Azure storage account and its identities on this machine, for tests and development.
@main
struct AzureDouble: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "An Azure storage account and token endpoints on this machine.",
    discussion: """
      Serves Blob and Data Lake Storage as DuckDB uses them, managed identities (Container Apps' \
      endpoint and the metadata service), and Microsoft Entra's token endpoint. What to connect \
      with is written into the folder of --credentials. For development and tests only.
      """
  )

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port for plain HTTP; 0 picks one.")
  var port = 0

  @Option(help: "The port for HTTPS; 0 picks one.")
  var tlsPort = 0

  @Option(help: "PEM file of the certificate, for *.blob.localhost and *.dfs.localhost.")
  var tlsCertificate: String?

  @Option(help: "PEM file of the certificate's key.")
  var tlsKey: String?

  @Option(help: "The storage account.")
  var account = "devaccount"

  @Option(help: "File with the account's key, in Base64; without it, one is made up.")
  var accountKeyFile: String?

  @Option(name: .customLong("container"), help: "A container to make; may be repeated.")
  var containers = ["lake"]

  @Option(help: "Keep blobs in this folder; without it, they are in memory alone.")
  var folder: String?

  @Option(help: "Entries on a page of a listing, at most.")
  var pageSize = 5_000

  @Option(help: "Write the connection string and the identities' environment into this folder.")
  var credentials: String?

  @Option(help: "File whose content is the federated token of a workload.")
  var federatedTokenFile: String?

  @Option(help: "How long tokens are valid.")
  var tokenSeconds = 3_600

  @Option(help: "Issue the same token until so few seconds are left of it.")
  var keepTokenUntilSecondsLeft: Int?

  @Option(help: "Write a line of JSON for each request to this file.")
  var requestLog: String?

  @Option(help: "The largest body of a request that is taken, in MiB.")
  var maximumRequestMib = 128

  @Option(help: "How long a request may take to arrive; then its connection ends.")
  var requestSeconds = 30

  func run() async throws {
    let key = try self.sharedKey()
    let identities = IdentityConfiguration(
      tenant: UUID().uuidString.lowercased(),
      clientID: UUID().uuidString.lowercased(),
      clientSecret: UUID().uuidString,
      header: UUID().uuidString,
      federatedTokenFile: self.federatedTokenFile
    )
    let cloud = try self.cloud(key, identities)
    let limits = RequestLimits(
      bodyByteCount: self.maximumRequestMib << 20,
      time: .seconds(Int64(self.requestSeconds))
    )
    let listener = HTTPListener(cloud: cloud, limits: limits)
    let plain = try await listener.bind(host: self.host, port: self.port, tls: nil)
    let port = plain.localAddress?.port ?? self.port
    var ready = "azure-double http=\(port)"
    var tlsPort: Int?
    if let tls = try self.tlsContext() {
      let encrypted = try await listener.bind(host: self.host, port: self.tlsPort, tls: tls)
      tlsPort = encrypted.localAddress?.port
      ready += " https=\(tlsPort ?? self.tlsPort)"
    }
    if let credentials {
      try Credentials(
        host: self.host,
        port: port,
        tlsPort: tlsPort,
        account: self.account,
        key: key,
        identities: identities
      )
      .write(to: credentials)
    }
    print(ready)
    fflush(nil)
    // Until a signal ends the process.
    try await plain.closeFuture.get()
  }

  private func cloud(_ key: SharedKey, _ identities: IdentityConfiguration) throws -> Cloud {
    let tokens = TokenIssuer(
      tenant: identities.tenant,
      settings: TokenSettings(
        lifetimeSeconds: self.tokenSeconds,
        keptUntilSecondsLeft: self.keepTokenUntilSecondsLeft
      )
    )
    let store = try BlobStore(
      containers: self.containers,
      folder: self.folder.map { BlobFolder(path: $0) }
    )
    let blobs = BlobService(store: store, pageLimit: self.pageSize)
    return Cloud(
      admin: AdminService(
        faults: FaultPlan(),
        log: try RequestLog(path: self.requestLog),
        tokens: tokens
      ),
      identity: IdentityService(configuration: identities, tokens: tokens),
      storage: StorageService(
        authorizer: StorageAuthorizer(
          account: self.account,
          key: key,
          tokens: tokens,
          tenant: identities.tenant
        ),
        blobs: blobs,
        paths: PathService(store: store, blobs: blobs, pageLimit: self.pageSize)
      )
    )
  }

  private func sharedKey() throws -> SharedKey {
    guard let path = self.accountKeyFile else { return SharedKey() }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let key = SharedKey(base64: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw ValidationError("'\(path)' holds no key in Base64")
    }
    return key
  }

  private func tlsContext() throws -> NIOSSLContext? {
    guard let certificate = self.tlsCertificate, let key = self.tlsKey else { return nil }
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
        privateKey: .privateKey(NIOSSLPrivateKey(file: key, format: .pem))
      )
    )
  }
}
