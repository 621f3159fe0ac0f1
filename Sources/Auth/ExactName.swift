/// A name that equals nothing but itself: a `String` equals those, too, that Unicode has for the same, such as
/// `K` and the sign of the unit kelvin.
package struct ExactName: Hashable, Sendable {
  private let text: String

  package init(_ text: some StringProtocol) {
    self.text = String(text)
  }

  package static func == (one: Self, other: Self) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in self.text.utf8 { hasher.combine(byte) }
    hasher.combine(self.text.utf8.count)
  }
}
