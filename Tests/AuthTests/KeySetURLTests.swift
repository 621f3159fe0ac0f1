import Auth
import Testing

@Suite struct KeySetURLTests {
  @Test(arguments: [
    "https://example.com/keys", "http://127.0.0.1:8080/keys?a=b", "http://localhost/",
    "http://[::1]/",
  ])
  func `keys are fetched encrypted, or from this machine`(_ url: String) {
    #expect(KeySetURL(url)?.text == url)
  }

  @Test(arguments: [
    "http://example.com/keys", "ftp://127.0.0.1/", "keys", "", "https://", "https:///keys",
    "https://name:password@example.com/keys", "https://name@example.com/keys",
    "http://127.0.0.1@example.com/keys",
  ])
  func `keys are fetched from nowhere unsafe, and with no password`(_ url: String) {
    #expect(KeySetURL(url) == nil)
  }
}
