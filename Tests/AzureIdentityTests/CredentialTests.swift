import AzureIdentity
import Foundation
import Testing

@Suite struct CredentialTests {
  private static let storage = AzureResource(
    name: "storage",
    identifier: "https://storage.azure.com/"
  )

  private static func later(_ seconds: Double = 3_600) -> Int {
    Int(Date().timeIntervalSince1970 + seconds)
  }

  private func chain(
    _ choice: CredentialChoice,
    _ variables: [String: String]
  ) -> CredentialChain {
    CredentialChain(choice, environment: AzureEnvironment { variables })
  }

  private func failure(
    _ choice: CredentialChoice,
    _ variables: [String: String]
  ) async -> CredentialError? {
    let chain = self.chain(choice, variables)
    return await #expect(throws: CredentialError.self) { try await chain.token(for: Self.storage) }
  }

  @Test func `A container app's identity`() async throws {
    let expiry = Self.later()
    let endpoint = try await TokenEndpoint {
      #"{"access_token":"T1","expires_on":"\#(expiry)","resource":"r","token_type":"Bearer"}"#
    }
    let token = try await self.chain(
      .auto,
      [
        "IDENTITY_ENDPOINT": "\(endpoint.url)/msi/token", "IDENTITY_HEADER": "the-header",
        "AZURE_CLIENT_ID": "c 1",
      ]
    )
    .token(for: Self.storage)
    #expect(token == AccessToken("T1", expiry: Date(timeIntervalSince1970: Double(expiry))))
    let request = try #require(endpoint.requests.first)
    #expect(
      request.head.hasPrefix(
        "GET /msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com"
          + "&client_id=c%201 HTTP/1.1\r\n"
      )
    )
    #expect(request.head.contains("X-IDENTITY-HEADER: the-header"))
    try await endpoint.close()
  }

  @Test func `A virtual machine's identity`() async throws {
    let endpoint = try await TokenEndpoint {
      #"{"access_token":"T2","expires_in":"86399","expires_on":"\#(Self.later())"}"#
    }
    let token = try await self.chain(
      .managedIdentity,
      ["AZURE_POD_IDENTITY_AUTHORITY_HOST": endpoint.url + "/"]
    )
    .token(for: Self.storage)
    #expect(token.secret == "T2")
    let head = try #require(endpoint.requests.first?.head)
    #expect(head.hasPrefix("GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource="))
    #expect(head.contains("Metadata: true"))
    try await endpoint.close()
  }

  @Test func `A client secret`() async throws {
    let endpoint = try await TokenEndpoint { #"{"access_token":"T3","expires_in":3599}"# }
    let before = Date()
    let token = try await self.chain(
      .auto,
      [
        "AZURE_TENANT_ID": "tenant-1", "AZURE_CLIENT_ID": "c1", "AZURE_CLIENT_SECRET": "s&~ecret=",
        "AZURE_AUTHORITY_HOST": endpoint.url + "/",
      ]
    )
    .token(for: Self.storage)
    let received = token.expiry.addingTimeInterval(-3_599)
    #expect((before...Date()).contains(received))
    #expect(token.secret == "T3")
    let request = try #require(endpoint.requests.first)
    #expect(request.head.hasPrefix("POST /tenant-1/oauth2/v2.0/token HTTP/1.1\r\n"))
    #expect(
      request.body == "grant_type=client_credentials&client_id=c1&client_secret=s%26~ecret%3D"
        + "&scope=https%3A%2F%2Fstorage.azure.com%2F.default"
    )
    try await endpoint.close()
  }

  @Test func `A workload's identity, whose file is read each time`() async throws {
    let endpoint = try await TokenEndpoint { #"{"access_token":"T4","expires_in":3599}"# }
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    let chain = self.chain(
      .workloadIdentity,
      [
        "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_AUTHORITY_HOST": endpoint.url,
        "AZURE_FEDERATED_TOKEN_FILE": file.path,
      ]
    )
    let missing = await #expect(throws: CredentialError.self) {
      try await chain.token(for: Self.storage)
    }
    #expect(missing?.code == .passing)
    for assertion in ["first.one", "second.one"] {
      try Data("\(assertion)\n".utf8).write(to: file)
      _ = try await chain.token(for: Self.storage)
      #expect(endpoint.requests.last?.body.contains("client_assertion=\(assertion)&") == true)
    }
    try await endpoint.close()
  }

  @Test func `Azure's command line`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "az")
    func write(_ script: String) throws {
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    }
    let chain = self.chain(.cli, ["PATH": "relative:\(folder.path)"])
    let none = await #expect(throws: CredentialError.self) {
      try await chain.token(for: Self.storage)
    }
    #expect(none?.code == .unavailable)
    try write(
      """
      test "$*" = "account get-access-token --output json --resource https://storage.azure.com" || exit 9
      echo '{"accessToken": "T5", "expiresOn": "2026-01-01 00:00:00.000000", "expires_on": \(Self.later())}'
      """
    )
    #expect(try await chain.token(for: Self.storage).secret == "T5")
    try write("echo someone@example.com >&2; exit 1")
    let refused = await #expect(throws: CredentialError.self) {
      try await chain.token(for: Self.storage)
    }
    #expect(refused?.description == "az CLI: az ended with status 1: try az login")
    // A program that never ends, nor does what it starts: the first bytes are too many.
    try write("sleep 600 & yes; wait")
    let endless = await #expect(throws: CredentialError.self) {
      try await chain.token(for: Self.storage)
    }
    #expect(endless?.code == .passing)
  }

  @Test func `Without any credential, each is named with its reason`() async throws {
    let closed = try await TokenEndpoint { "" }
    try await closed.close()
    let error = await self.failure(.auto, ["AZURE_POD_IDENTITY_AUTHORITY_HOST": closed.url])
    let text = try #require(error?.description)
    #expect(
      text.hasPrefix("environment: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET not set; ")
    )
    #expect(text.contains("workload identity: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED"))
    #expect(text.contains("managed identity: no "))
  }

  @Test func `A credential that is refused ends the search, and its secret isn't told`()
    async throws
  {
    let endpoint = try await TokenEndpoint(status: 401) {
      #"{"error":"invalid_client","error_description":"AADSTS7000215: no: hunter2\r\nTrace: 1"}"#
    }
    let error = await self.failure(
      .auto,
      [
        "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "hunter2",
        "AZURE_AUTHORITY_HOST": endpoint.url, "IDENTITY_ENDPOINT": endpoint.url,
        "IDENTITY_HEADER": "h",
      ]
    )
    #expect(error?.code == .refused)
    #expect(
      error?.description == "environment: status 401: invalid_client: AADSTS7000215: no: ***"
    )
    #expect(endpoint.requests.count == 1)
    try await endpoint.close()
  }

  @Test func `The credential that has worked is the only one from then on`() async throws {
    let endpoint = try await TokenEndpoint { #"{"access_token":"T","expires_in":60}"# }
    let chain = self.chain(
      .auto,
      ["IDENTITY_ENDPOINT": endpoint.url, "IDENTITY_HEADER": "h"]
    )
    _ = try await chain.token(for: Self.storage)
    try await endpoint.close()
    let error = await #expect(throws: CredentialError.self) {
      try await chain.token(for: Self.storage)
    }
    #expect(error?.description.hasPrefix("managed identity: no ") == true)
  }

  @Test(arguments: [
    "http://login.example.com", "ftp://127.0.0.1", "https://", "http://127.0.0.1.example.com",
  ])
  func `Secrets aren't sent unencrypted to other machines`(_ authority: String) async {
    let error = await self.failure(
      .environment,
      [
        "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s",
        "AZURE_AUTHORITY_HOST": authority,
      ]
    )
    #expect(error?.description == "environment: AZURE_AUTHORITY_HOST is no https:// URL")
  }

  @Test(arguments: ["a/b", "..%2f", "a?b", ""])
  func `A tenant that isn't one`(_ tenant: String) async {
    let error = await self.failure(
      .environment,
      ["AZURE_TENANT_ID": tenant, "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"]
    )
    #expect(error != nil)
  }
}
