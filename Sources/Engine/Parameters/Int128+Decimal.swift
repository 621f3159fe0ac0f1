extension Int128 {
  /// Ten to a power of up to 38.
  private static func power(ofTen exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// `nil` where the product has more than 38 digits.
  func multiplied(byTenTo exponent: Int) -> Int128? {
    guard self != 0, exponent > 0 else { return self }
    guard exponent <= 38 else { return nil }
    let (product, overflow) = self.multipliedReportingOverflow(by: Self.power(ofTen: exponent))
    return overflow ? nil : product
  }

  /// `nil` where there is a remainder.
  func divided(byTenTo exponent: Int) -> Int128? {
    guard self != 0, exponent > 0 else { return self }
    guard exponent <= 38 else { return nil }
    let (quotient, remainder) = self.quotientAndRemainder(
      dividingBy: Self.power(ofTen: exponent)
    )
    return remainder == 0 ? quotient : nil
  }

  func hasDigits(atMost count: Int) -> Bool {
    self.magnitude < Self.power(ofTen: Swift.min(count, 38)).magnitude
  }
}
