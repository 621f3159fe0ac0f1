internal import Foundation

/// What a client shows to be let in.
package enum Credential: Hashable, Sendable {
  case password(username: String, password: String)
  case token(String)
}

extension Credential {
  /// The longest `authorization` header that is looked at.
  private static let headerByteLimit = 16 << 10

  /// Reads an `authorization` header; the scheme's case doesn't matter.
  package init(authorization header: String) throws(AuthenticationError) {
    let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    let content = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
    switch parts.first?.lowercased() {
    case "basic":
      guard header.utf8.count <= Self.headerByteLimit else { throw .invalidBasicHeader }
      self = try Self.basic(content)
    case "bearer":
      guard header.utf8.count <= Self.headerByteLimit else { throw .invalidToken }
      guard !content.isEmpty else { throw .emptyToken }
      self = .token(String(content))
    case nil: throw .headerRequired
    default: throw .unsupportedScheme
    }
  }

  private static func basic(_ content: Substring) throws(AuthenticationError) -> Credential {
    // Go's ADBC driver leaves the padding out.
    let unpadded = content.prefix { $0 != "=" }
    let padding = content[unpadded.endIndex...]
    guard padding.allSatisfy({ $0 == "=" }), padding.count <= 2,
      let data = Data(
        base64Encoded: unpadded + String(repeating: "=", count: -unpadded.utf8.count & 3)
      ),
      let text = String(bytes: data, encoding: .utf8),
      // Of the bytes: the first letter of a password may be a mark that joins the colon.
      let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
    else { throw .invalidBasicHeader }
    guard colon > text.startIndex else { throw .emptyUsername }
    return .password(
      username: String(text[..<colon]),
      password: String(text[text.utf8.index(after: colon)...])
    )
  }
}
