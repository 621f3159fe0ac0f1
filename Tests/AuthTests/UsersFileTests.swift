import Auth
import Testing

@Suite struct UsersFileTests {
  private static let hash = "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"

  @Test func `a line is a user`() throws {
    let file = try UsersFile(
      "# comment\n\nanna:admin:\(Self.hash)\r\nbo:reader:\(Self.hash)\nci:user:-\n",
      path: "users"
    )
    let roles = ["anna", "bo", "ci", "comment"].map { file[$0]?.role }
    #expect(roles == [.admin, .reader, .user, nil])
    #expect(file["anna"]?.hash != nil)
    #expect(try #require(file["ci"]).hash == nil)
  }

  @Test(arguments: [
    "anna:admin", ":admin:\(Self.hash)", "anna:root:\(Self.hash)", "anna:admin:secret",
    "anna:admin:",
    "anna:admin:\(Self.hash):more", "a:user:-\na:user:-",
  ])
  func `a line that isn't is refused with its number, without what it holds`(_ line: String) {
    let error = #expect(throws: AuthConfigurationError.self) {
      try UsersFile("b:user:-\n" + line, path: "users")
    }
    #expect(error?.description.hasPrefix("users, line ") == true)
    #expect(error?.description.contains("secret") == false)
  }
}
