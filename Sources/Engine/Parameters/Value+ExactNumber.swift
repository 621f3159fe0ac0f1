internal import DuckDB

extension Value {
  /// The same number as one of another type, if that can hold it.
  func exactNumber(as kind: LogicalType.Kind) -> Value? {
    switch (self, kind) {
    case (.float, .float), (.double, .double):
      return self
    case (.float(let value), .double):
      return .double(Double(value))
    case (.double(let value), .float):
      return value.isNaN ? .float(.nan) : Float(exactly: value).map { .float($0) }
    case (.float(let value), _):
      return Int128(exactly: value).flatMap { Self.number($0, scale: 0, as: kind) }
    case (.double(let value), _):
      return Int128(exactly: value).flatMap { Self.number($0, scale: 0, as: kind) }
    case (.decimal(let unscaled, _, let scale), _):
      return Self.number(unscaled, scale: scale, as: kind)
    default:
      return self.integer.flatMap { Self.number($0, scale: 0, as: kind) }
    }
  }

  private var integer: Int128? {
    switch self {
    case .tinyint(let value): Int128(value)
    case .smallint(let value): Int128(value)
    case .integer(let value): Int128(value)
    case .bigint(let value): Int128(value)
    case .utinyint(let value): Int128(value)
    case .usmallint(let value): Int128(value)
    case .uinteger(let value): Int128(value)
    case .ubigint(let value): Int128(value)
    default: nil
    }
  }

  private static func number(
    _ unscaled: Int128,
    scale: Int,
    as kind: LogicalType.Kind
  ) -> Value? {
    if case .decimal(let width, let newScale) = kind {
      let value =
        newScale >= scale
        ? unscaled.multiplied(byTenTo: newScale - scale)
        : unscaled.divided(byTenTo: scale - newScale)
      guard let value, value.hasDigits(atMost: width) else { return nil }
      return .decimal(unscaled: value, width: width, scale: newScale)
    }
    guard let integer = unscaled.divided(byTenTo: scale) else { return nil }
    return switch kind {
    case .tinyint: Int8(exactly: integer).map { .tinyint($0) }
    case .smallint: Int16(exactly: integer).map { .smallint($0) }
    case .integer: Int32(exactly: integer).map { .integer($0) }
    case .bigint: Int64(exactly: integer).map { .bigint($0) }
    case .hugeint: .hugeint(integer)
    case .utinyint: UInt8(exactly: integer).map { .utinyint($0) }
    case .usmallint: UInt16(exactly: integer).map { .usmallint($0) }
    case .uinteger: UInt32(exactly: integer).map { .uinteger($0) }
    case .ubigint: UInt64(exactly: integer).map { .ubigint($0) }
    case .uhugeint: UInt128(exactly: integer).map { .uhugeint($0) }
    case .float: Float(exactly: integer).map { .float($0) }
    case .double: Double(exactly: integer).map { .double($0) }
    default: nil
    }
  }
}
