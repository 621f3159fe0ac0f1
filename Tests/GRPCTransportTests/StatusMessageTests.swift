import GRPCTransport
import Testing

@Suite struct StatusMessageTests {
  @Test(arguments: [
    ("", ""), ("plain ~!", "plain ~!"), ("100%", "100%25"), ("a\nb\t", "a%0Ab%09"),
    ("é", "%C3%A9"), ("🦆", "%F0%9F%A6%86"), ("\u{7f}\u{0}", "%7F%00"),
  ])
  func `other than printable ASCII is percent-encoded`(message: String, encoded: String) {
    #expect(StatusMessage.encode(message, encodedByteLimit: 100) == encoded)
  }

  @Test func `a long message is cut between characters, counted as it is sent`() {
    #expect(StatusMessage.encode("abcdef", encodedByteLimit: 4) == "abcd")
    #expect(StatusMessage.encode("aé", encodedByteLimit: 6) == "a")
    #expect(StatusMessage.encode("aé", encodedByteLimit: 7) == "a%C3%A9")
    #expect(StatusMessage.encode("%%", encodedByteLimit: 5) == "%25")
    #expect(StatusMessage.encode("é", encodedByteLimit: 0) == "")
  }
}
