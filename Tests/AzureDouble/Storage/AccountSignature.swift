import Foundation

/// The signature of a URL made with an account's key (an account SAS).
///
/// What it allows is not looked at, only whether it is genuine and valid now.
struct AccountSignature {
  private static let signedParameters = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses"]

  private let query: Query

  init(_ query: Query) {
    self.query = query
  }

  func isValid(key: SharedKey, account: String) -> Bool {
    guard let signature = self.query["sig"], let end = self.query["se"],
      let expiry = try? Date(end, strategy: .iso8601), expiry > Date()
    else { return false }
    let lines = [account] + Self.signedParameters.map { self.query[$0] ?? "" }
    return key.signs(lines.joined(separator: "\n") + "\n", signature: signature)
  }
}
