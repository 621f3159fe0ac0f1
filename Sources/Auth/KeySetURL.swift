internal import Foundation

/// Where a key set is published: encrypted, or on this machine.
package struct KeySetURL: Hashable, Sendable {
  /// What a text must be, as in "JWKS_URL is not ...".
  package static let rule =
    "a URL that begins with https://, or http:// for this machine itself, and names no user"

  package let text: String

  /// - Returns: `nil` for a text that breaks the ``rule``.
  package init?(_ text: String) {
    guard let url = URL(string: text), let host = url.host(), !host.isEmpty,
      url.scheme == "https" || (url.scheme == "http" && Loopback.contains(host: host)),
      // A password would be shown in the log.
      url.user() == nil, url.password() == nil
    else { return nil }
    self.text = text
  }
}
