/// The largest magnitude of a decimal: ten to the power of its precision, exclusive.
struct DecimalLimit {
  private var high: UInt128 = 0
  private var low: UInt128 = 1

  init(precision: Int) {
    for _ in 0..<precision {
      let product = self.low.multipliedFullWidth(by: 10)
      self.low = product.low
      self.high = self.high * 10 + product.high
    }
  }

  /// The digits that always fit into the width, or nil where there is no such decimal.
  static func maximumPrecision(bitWidth: Int) -> Int? {
    switch bitWidth {
    case 32: 9
    case 64: 18
    case 128: 38
    case 256: 76
    default: nil
    }
  }

  func allows(_ value: Int128) -> Bool {
    self.high > 0 || value.magnitude < self.low
  }

  /// Checks a value of 256 bits in two's complement.
  func allows(high: UInt128, low: UInt128) -> Bool {
    var (high, low) = (high, low)
    if high >> 127 == 1 {
      low = ~low &+ 1
      high = ~high &+ (low == 0 ? 1 : 0)
    }
    return high < self.high || (high == self.high && low < self.low)
  }
}
