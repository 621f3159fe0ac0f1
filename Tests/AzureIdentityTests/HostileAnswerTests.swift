import AzureIdentity
import Foundation
import NIOCore
import Testing

@Suite struct HostileAnswerTests {
  private func failure(_ endpoint: TokenEndpoint) async throws -> CredentialError? {
    let variables = ["IDENTITY_ENDPOINT": endpoint.url, "IDENTITY_HEADER": "secret-header"]
    let chain = CredentialChain(.managedIdentity, environment: AzureEnvironment { variables })
    let resource = AzureResource(name: "storage", identifier: "https://storage.azure.com")
    let error = await #expect(throws: CredentialError.self) {
      try await chain.token(for: resource)
    }
    try await endpoint.close()
    #expect(error?.description.contains("secret-header") == false)
    return error
  }

  @Test(arguments: [
    "", "null", "[]", "{", #"{"access_token":null,"expires_in":1}"#,
    #"{"access_token":1,"expires_in":1}"#, #"{"access_token":"t"}"#,
    #"{"access_token":"t","expires_in":"soon"}"#, #"{"access_token":"t","expires_in":-1}"#,
    #"{"access_token":"t","expires_in":1e999}"#, #"{"access_token":"t","expires_in":"nan"}"#,
    #"{"access_token":"t","expires_on":0}"#, #"{"access_token":"t","expires_on":1e300}"#,
    #"{"access_token":"t","expires_on":{}}"#, #"{"access_token":"","expires_in":60}"#,
    #"{"access_token":"t'); DROP SECRET x; --","expires_in":60}"#,
    #"{"access_token":"a\u0000b","expires_in":60}"#, #"{"access_token":"a\nb","expires_in":60}"#,
    String(repeating: "[", count: 100_000),
  ])
  func `An answer without a usable token`(_ json: String) async throws {
    let error = try await self.failure(try await TokenEndpoint { json })
    #expect(error != nil)
  }

  @Test func `A token that is too long`() async throws {
    let token = String(repeating: "a", count: 65_537)
    let error = try await self.failure(
      try await TokenEndpoint { #"{"access_token":"\#(token)","expires_in":60}"# }
    )
    #expect(error?.code == .refused)
    #expect((error?.description.utf8.count ?? 0) < 200)
  }

  @Test func `A body without end`() async throws {
    let part = ByteBuffer(repeating: UInt8(ascii: "a"), count: 1 << 20)
    let error = try await self.failure(
      try await TokenEndpoint { _ in
        [ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n"), part]
          + [ByteBuffer()]
      }
    )
    #expect(error?.description == "managed identity: the answer is too long")
  }

  @Test(arguments: ["GARBAGE\r\n\r\n", "HTTP/1.1 999999999999 X\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}"])
  func `Bytes that aren't HTTP`(_ bytes: String) async throws {
    let error = try await self.failure(
      try await TokenEndpoint { _ in [ByteBuffer(string: bytes)] }
    )
    #expect(error?.code == .passing)
  }

  @Test func `A body that is cut off`() async throws {
    let error = try await self.failure(
      try await TokenEndpoint { _ in
        [ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"access_token\":")]
      }
    )
    #expect(error?.code == .passing)
  }

  @Test func `A redirection isn't followed`() async throws {
    let other = try await TokenEndpoint { #"{"access_token":"t","expires_in":60}"# }
    let error = try await self.failure(
      try await TokenEndpoint(status: 302, headers: "location: \(other.url)/\r\n") { "{}" }
    )
    #expect(error?.code == .refused)
    #expect(other.requests.isEmpty)
    try await other.close()
  }

  @Test(arguments: [404, 410, 429, 500, 503])
  func `What may pass`(_ status: Int) async throws {
    let error = try await self.failure(try await TokenEndpoint(status: status) { "busy" })
    #expect(error?.code == .passing)
    #expect(error?.description == "managed identity: status \(status)")
  }

  @Test func `What is told of an error is short, printable and without the header`() async throws {
    let text = String(repeating: "x", count: 10_000)
    let error = try await self.failure(
      try await TokenEndpoint(status: 403) {
        #"{"error":"secret-header","error_description":"\u001b[31m\#(text)"}"#
      }
    )
    #expect(error?.description.hasPrefix("managed identity: status 403: ***: [31mxxx") == true)
    #expect((error?.description.utf8.count ?? 0) < 500)
  }
}
