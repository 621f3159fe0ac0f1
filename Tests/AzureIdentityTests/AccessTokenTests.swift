import AzureIdentity
import Foundation
import Testing

@Suite struct AccessTokenTests {
  @Test(arguments: [
    "", "a b", "a'b", "a\"b", "a\\b", "a\nb", "a\u{0}b", "a\u{7f}b", "tökén",
    String(repeating: "a", count: 65_537),
  ])
  func `What could leave a SQL literal or a header is no token`(_ text: String) {
    #expect(AccessToken(text, expiry: .distantFuture) == nil)
  }

  @Test func `A token isn't shown`() throws {
    let token = try #require(AccessToken("eyJ0.secret-_~+/=", expiry: .distantFuture))
    #expect(token.secret == "eyJ0.secret-_~+/=")
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(reflecting: token), "\(Optional(token) as Any)", dumped] {
      #expect(!text.contains("secret-"))
    }
  }
}
