import Auth
import Testing

@Suite struct PasswordHashTests {
  /// Hashing takes long: one does for all tests.
  private static let hash = try? PasswordHash(of: "correct horse")

  @Test func `a hash matches its password alone`() throws {
    let hash = try #require(Self.hash)
    #expect(hash.matches("correct horse"))
    for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
      #expect(!hash.matches(wrong))
    }
  }

  @Test func `a hash survives its text, which has no colon and not the password`() throws {
    let hash = try #require(Self.hash)
    let read = try #require(PasswordHash(text: hash.text))
    #expect(read == hash)
    #expect(read.matches("correct horse"))
    #expect(hash.text.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
    #expect(!hash.text.contains(":") && !hash.text.contains("horse"))
  }

  @Test func `equal passwords have different hashes`() throws {
    #expect(try PasswordHash(of: "correct horse") != Self.hash)
  }

  /// The third test vector of RFC 7914, section 12.
  @Test func `hashes that other programs made are understood`() throws {
    let text =
      "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
      + "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"
    let hash = try #require(PasswordHash(text: text))
    #expect(hash.matches("pleaseletmein"))
    #expect(!hash.matches("pleaseletmeout"))
  }

  @Test(arguments: [
    "", "secret", "$scrypt$", "$scrypt$ln=15,r=8,p=3$$", "$bcrypt$ln=15,r=8,p=3$c2FsdHNhbHQ$aGFzaA",
    "$scrypt$ln=15,r=8$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$scrypt$r=8,ln=15,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$scrypt$ln=15,r=8,p=1$c2FsdHNhbHQ$short",
    "$scrypt$ln=15,r=8,p=1$not base64!$aGFzaGhhc2hoYXNoaGFzaA",
    // More than a server would lend.
    "$scrypt$ln=20,r=32,p=16$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$scrypt$ln=63,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$scrypt$ln=-1,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
  ])
  func `what is no hash is refused`(_ text: String) {
    #expect(PasswordHash(text: text) == nil)
  }
}
