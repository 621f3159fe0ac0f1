import Auth
import Testing

@Suite struct LoopbackTests {
  @Test(arguments: ["127.0.0.1", "127.8.9.10", "localhost", "LOCALHOST", "::1", "[::1]"])
  func `only this machine reaches it`(_ host: String) {
    #expect(Loopback.contains(host: host))
  }

  @Test(arguments: [
    "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "127.0.0.999", "127.1", "example.com", "",
    "localhost.example.com",
  ])
  func `others may reach it`(_ host: String) {
    #expect(!Loopback.contains(host: host))
  }
}
