/// A number of bytes as people write it.
struct ByteCount: Hashable {
  let value: Int

  private static let units = [
    "": 1, "B": 1,
    "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
  ]

  init(_ value: Int) {
    self.value = value
  }

  /// Reads `1000`, `64MiB` or `2 GB`, in any case; `nil` for anything else.
  init?(text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.uppercased()
    guard let number = Int(digits), let factor = Self.units[unit] else { return nil }
    let (value, overflows) = number.multipliedReportingOverflow(by: factor)
    guard !overflows else { return nil }
    self.value = value
  }

  /// With the largest binary unit that leaves no rest.
  var text: String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
    for (unit, shift) in units where self.value > 0 && self.value % (1 << shift) == 0 {
      return "\(self.value >> shift)\(unit)"
    }
    return "\(self.value)"
  }
}
