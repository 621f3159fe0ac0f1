internal import ArrowIPC
internal import DuckDB

// Types whose values DuckDB may be unable to hold.

extension ArrayData {
  func decimal(
    _ row: Int,
    _ precision: Int,
    _ scale: Int,
    _ bitWidth: Int
  ) throws(ConversionError) -> Value {
    let type = try Field("", self.type).valueType()
    guard case .decimal(let width, _) = type.kind else { return .null }
    guard let unscaled = self.unscaled(row, bitWidth),
      let value = unscaled.multiplied(byTenTo: max(0, -scale)), value.hasDigits(atMost: width)
    else { throw .inexact("a decimal has more than the \(width) digits that DuckDB can hold") }
    return .decimal(unscaled: value, width: width, scale: max(scale, 0))
  }

  private func unscaled(_ row: Int, _ bitWidth: Int) -> Int128? {
    switch bitWidth {
    case 32: return Int128(self.loaded(row) as Int32)
    case 64: return Int128(self.loaded(row) as Int64)
    case 128: return self.loaded(row)
    default:
      let low: Int128 = self.loaded(2 * row)
      let high: Int128 = self.loaded(2 * row + 1)
      return high == low >> 127 ? low : nil
    }
  }

  func temporalValue(_ row: Int) throws(ConversionError) -> Value? {
    switch self.type {
    case .date(.day):
      return .date(days: try Self.days(Int64(self.loaded(row) as Int32)))
    case .date(.millisecond):
      let (days, rest) = (self.loaded(row) as Int64).quotientAndRemainder(dividingBy: 86_400_000)
      guard rest == 0 else { throw .inexact("a date in milliseconds is not a whole day") }
      return .date(days: try Self.days(days))
    case .time(.second): return .time(micros: Int64(self.loaded(row) as Int32) * 1_000_000)
    case .time(.millisecond): return .time(micros: Int64(self.loaded(row) as Int32) * 1_000)
    case .time(.microsecond): return .time(micros: self.loaded(row))
    case .time(.nanosecond): return .timeNS(nanos: self.loaded(row))
    case .timestamp(.second, nil): return .timestampS(seconds: self.loaded(row))
    case .timestamp(.millisecond, nil): return .timestampMS(millis: self.loaded(row))
    case .timestamp(.nanosecond, nil): return .timestampNS(nanos: self.loaded(row))
    case .timestamp(.microsecond, nil):
      return .timestamp(micros: try Self.micros(self.loaded(row), .microsecond))
    case .timestamp(let unit, .some):
      return .timestampTZ(micros: try Self.micros(self.loaded(row), unit))
    case .duration(let unit):
      guard let micros = Instant(self.loaded(row), unit).exactly(in: .microsecond) else {
        throw .inexact("a duration is beyond DuckDB's range or finer than a microsecond")
      }
      return .interval(months: 0, days: 0, micros: micros)
    case .interval(let unit): return try self.interval(row, unit)
    default: return nil
    }
  }

  private func interval(
    _ row: Int,
    _ unit: DataType.IntervalUnit
  ) throws(ConversionError) -> Value {
    switch unit {
    case .yearMonth:
      return .interval(months: self.loaded(row), days: 0, micros: 0)
    case .dayTime:
      let millis: Int32 = self.loaded(2 * row + 1)
      return .interval(months: 0, days: self.loaded(2 * row), micros: Int64(millis) * 1_000)
    case .monthDayNano:
      let nanos: Int64 = self.loaded(2 * row + 1)
      guard nanos % 1_000 == 0 else {
        throw .inexact("an interval is finer than a microsecond")
      }
      return .interval(
        months: self.loaded(4 * row),
        days: self.loaded(4 * row + 1),
        micros: nanos / 1_000
      )
    }
  }

  private static func days(_ days: Int64) throws(ConversionError) -> Int32 {
    guard let days = Int32(exactly: days), days > .min else {
      throw .inexact("a date is beyond DuckDB's range")
    }
    return days
  }

  /// DuckDB doesn't check the range of every timestamp that it is given.
  private static func micros(
    _ count: Int64,
    _ unit: DataType.TimeUnit
  ) throws(ConversionError) -> Int64 {
    let earliest: Int64 = -9_223_372_022_400_000_000
    let instant = Instant(count, unit)
    guard let micros = instant.exactly(in: .microsecond), micros >= earliest || instant.isInfinite
    else { throw .inexact("a timestamp is beyond DuckDB's range or finer than a microsecond") }
    return micros
  }
}
