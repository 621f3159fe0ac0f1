internal import Foundation
internal import GRPCTransport
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The certificates that new connections are encrypted with, read again when their files change.
final class TLSContext: Sendable {
  private struct State {
    var context: NIOSSLContext
    /// What the files held when they were last read, whether that could be used or not.
    var contents: [Data]
    /// What was last complained about.
    var problem: String?
  }

  /// How long a client may take to answer a goodbye: a server that stops waits for it.
  private static let farewellTime = TimeAmount.seconds(1)

  private let files: TLSFiles
  private let logger: Logger
  private let state: Mutex<State>

  init(_ files: TLSFiles, logger: Logger) throws(TLSError) {
    self.files = files
    self.logger = logger
    let contents = try Self.contents(of: files)
    let context = try Self.context(files, contents)
    self.state = Mutex(State(context: context, contents: contents))
  }

  /// Encrypts the transport's connections.
  var security: TransportSecurity {
    .encrypted { channel, info in
      let context = self.state.withLock { $0.context }
      let pipeline = channel.pipeline.syncOperations
      let arrival = ArrivalHandler()
      try pipeline.addHandler(arrival)
      try pipeline.addHandler(NIOSSLServerHandler(context: context))
      try pipeline.addHandler(
        TLSHandshakeHandler(info, arrival: arrival, logger: self.logger)
      )
    }
  }

  /// Uses renewed files for the connections to come.
  ///
  /// To be called now and then. Files that can't be used are reported once, and the certificates
  /// there are stay in use: a renewal may be caught halfway.
  func reloadIfChanged() {
    do throws(TLSError) {
      let contents = try Self.contents(of: self.files)
      let isChanged = self.state.withLock { state in
        defer { state.contents = contents }
        guard state.contents == contents else { return true }
        // Readable again: should they go once more, it is worth a line.
        state.problem = nil
        return false
      }
      guard isChanged else { return }
      let context = try Self.context(self.files, contents)
      self.state.withLock { state in
        state.context = context
        state.problem = nil
      }
      self.logger.info("TLS: using the renewed certificate", metadata: self.metadata)
    } catch {
      let isNew = self.state.withLock { state in
        defer { state.problem = error.description }
        return state.problem != error.description
      }
      guard isNew else { return }
      self.logger.error("TLS: keeping the certificate in use: \(error)", metadata: self.metadata)
    }
  }

  private var metadata: Logger.Metadata { ["certificate": "\(self.files.certificateChain)"] }
}

extension TLSContext {
  private static func contents(of files: TLSFiles) throws(TLSError) -> [Data] {
    var contents: [Data] = []
    for path in files.all {
      guard let content = FileManager.default.contents(atPath: path) else {
        throw TLSError(
          description: "cannot read '\(path)' (--tls-cert, --tls-key or --mtls-ca)"
        )
      }
      contents.append(content)
    }
    return contents
  }

  private static func context(
    _ files: TLSFiles,
    _ contents: [Data]
  ) throws(TLSError) -> NIOSSLContext {
    let chain = try Self.certificates(in: contents[0], path: files.certificateChain)
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(bytes: Array(contents[1]), format: .pem)
    } catch {
      throw TLSError(description: "'\(files.privateKey)' holds no PEM private key without password")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(key)
    )
    configuration.minimumTLSVersion = .tlsv12
    configuration.shutdownTimeout = Self.farewellTime
    configuration.applicationProtocols = [TLSHandshakeHandler.http2]
    if let path = files.clientAuthorities {
      configuration.trustRoots = .certificates(try Self.certificates(in: contents[2], path: path))
      configuration.certificateVerification = .noHostnameVerification
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSError(
        description:
          "the key in '\(files.privateKey)' and the certificate in '\(files.certificateChain)' "
          + "don't belong together"
      )
    }
  }

  private static func certificates(
    in content: Data,
    path: String
  ) throws(TLSError) -> [NIOSSLCertificate] {
    do {
      let certificates = try NIOSSLCertificate.fromPEMBytes(Array(content))
      if !certificates.isEmpty { return certificates }
    } catch {}
    throw TLSError(description: "'\(path)' holds no PEM certificate")
  }
}
