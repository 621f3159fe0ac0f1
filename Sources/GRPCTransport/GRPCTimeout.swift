package import NIOCore

/// The value of a `grpc-timeout` header: one to eight digits and a unit.
package struct GRPCTimeout: Hashable, Sendable {
  /// Longer timeouts are taken for this one, which is as good as none.
  package static let maximum = TimeAmount.hours(24 * 365)

  private static let maximumDigitCount = 8

  package let amount: TimeAmount

  package init?(headerValue: String) {
    let bytes = headerValue.utf8
    guard let unit = bytes.last, let scale = Self.nanoseconds(perUnit: unit) else { return nil }
    let digits = bytes.dropLast()
    guard (1...Self.maximumDigitCount).contains(digits.count) else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: scale)
    amount = overflow ? Self.maximum : min(.nanoseconds(product), Self.maximum)
  }

  private static func nanoseconds(perUnit unit: UInt8) -> Int64? {
    switch unit {
    case UInt8(ascii: "H"): 3_600_000_000_000
    case UInt8(ascii: "M"): 60_000_000_000
    case UInt8(ascii: "S"): 1_000_000_000
    case UInt8(ascii: "m"): 1_000_000
    case UInt8(ascii: "u"): 1_000
    case UInt8(ascii: "n"): 1
    default: nil
    }
  }
}
