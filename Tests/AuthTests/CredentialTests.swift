import Auth
import Foundation
import Testing

@Suite struct CredentialTests {
  @Test(arguments: [
    "Basic dXNlcjpwYXNz", "basic dXNlcjpwYXNz", "BASIC   dXNlcjpwYXNz",
  ])
  func `the scheme is written in any case`(_ header: String) throws {
    #expect(
      try Credential(authorization: header) == .password(username: "user", password: "pass")
    )
  }

  @Test(arguments: ["dXNlcjpwYXNzMQ==", "dXNlcjpwYXNzMQ", "dXNlcjpwYXNzMQ="])
  func `padding may be there or not`(_ content: String) throws {
    #expect(
      try Credential(authorization: "Basic " + content)
        == .password(username: "user", password: "pass1")
    )
  }

  @Test func `a password may hold colons, blanks and any letter, or nothing`() throws {
    // user:a: ü
    #expect(
      try Credential(authorization: "Basic dXNlcjphOiDDvA==")
        == .password(username: "user", password: "a: ü")
    )
    #expect(
      try Credential(authorization: "Basic dXNlcjo=") == .password(username: "user", password: "")
    )
  }

  @Test func `a password may begin with a mark that joins the colon`() throws {
    let content = Data("user:\u{301}a".utf8).base64EncodedString()
    #expect(
      try Credential(authorization: "Basic " + content)
        == .password(username: "user", password: "\u{301}a")
    )
  }

  @Test func `a token is taken as it is`() throws {
    #expect(try Credential(authorization: "bearer  a.b.c") == .token("a.b.c"))
  }

  @Test(arguments: [
    ("", AuthenticationError.headerRequired), ("   ", .headerRequired),
    ("Digest abc", .unsupportedScheme), ("dXNlcjpwYXNz", .unsupportedScheme),
    ("Basic", .invalidBasicHeader), ("Basic ", .invalidBasicHeader),
    ("Basic !", .invalidBasicHeader),
    ("Basic dXNlcg==", .invalidBasicHeader), ("Basic dXNlcjpwYXNz====", .invalidBasicHeader),
    ("Basic dXNl=cjpw", .invalidBasicHeader), ("Basic /////w==", .invalidBasicHeader),
    ("Basic OnBhc3M=", .emptyUsername), ("Bearer", .emptyToken), ("Bearer  ", .emptyToken),
    ("Bearer " + String(repeating: "a", count: 20_000), .invalidToken),
  ])
  func `anything else is refused for what it lacks`(
    _ header: String,
    _ expected: AuthenticationError
  ) {
    #expect(throws: expected) { try Credential(authorization: header) }
  }
}
