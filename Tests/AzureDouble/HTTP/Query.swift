import Foundation

/// The parameters of a query or a form, decoded.
struct Query {
  let items: [(name: String, value: String)]

  init(_ text: some StringProtocol) {
    self.items = text.split(separator: "&").map { item in
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
    }
  }

  /// The parameters of a form, in which a space may be written as `+`.
  init(form text: String) {
    self.init(text.replacing("+", with: " "))
  }

  subscript(name: String) -> String? { self.items.first { $0.name == name }?.value }

  func number(_ name: String) -> Int? { self[name].flatMap(Int.init) }

  private static func decoded(_ text: some StringProtocol) -> String {
    text.removingPercentEncoding ?? String(text)
  }
}
