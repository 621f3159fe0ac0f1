internal import AzureIdentity
internal import Foundation

extension HealthFinding {
  /// How it is about tokens, which nobody gets to read.
  init(_ tokens: [TokenStatus], at now: Date) {
    func names(_ state: TokenState) -> String {
      tokens.filter { $0.state == state }.map(\.name).joined(separator: " and ")
    }
    if tokens.contains(where: { $0.state == .expired }) {
      self.state = .notServing("The token for \(names(.expired)) has expired.")
    } else if tokens.contains(where: { $0.state == .degraded }) {
      self.state = .degraded("The token for \(names(.degraded)) can't be renewed so far.")
    } else {
      self.state = .serving
    }
    self.details = Dictionary(
      tokens.map { token in
        let age = Int(now.timeIntervalSince(token.obtained))
        let expiry = token.expiry.formatted(.iso8601)
        return (token.name, "\(token.state.rawValue), \(age) s old, expires \(expiry)")
      },
      uniquingKeysWith: { first, _ in first }
    )
    let failures = tokens.compactMap { token in token.failure.map { "\(token.name): \($0)" } }
    self.logDetail = failures.isEmpty ? nil : failures.joined(separator: "; ")
  }
}
