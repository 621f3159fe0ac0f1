internal import ArrowIPC
internal import DuckDB

extension Value {
  /// The same time as one of another type, if that can hold it.
  ///
  /// Between types with and without time zone it depends on the session's: DuckDB casts those.
  func exactTime(as kind: LogicalType.Kind) -> Value? {
    switch (self, kind) {
    case (.time, .time), (.timeNS, .timeNS), (.date, .date):
      return self
    case (.time(let micros), .timeNS):
      return .timeNS(nanos: micros * 1_000)
    case (.timeNS(let nanos), .time):
      return nanos % 1_000 == 0 ? .time(micros: nanos / 1_000) : nil
    default:
      break
    }
    guard let instant else { return nil }
    return switch kind {
    case .date: instant.days.map { .date(days: $0) }
    case .timestampS: instant.exactly(in: .second).map { .timestampS(seconds: $0) }
    case .timestampMS: instant.exactly(in: .millisecond).map { .timestampMS(millis: $0) }
    case .timestamp: instant.exactly(in: .microsecond).map { .timestamp(micros: $0) }
    case .timestampNS: instant.exactly(in: .nanosecond).map { .timestampNS(nanos: $0) }
    default: nil
    }
  }

  /// The same time as a TIMESTAMP, where DuckDB casts only that one to the type.
  func throughTimestamp(to kind: LogicalType.Kind) -> Value? {
    switch (self, kind) {
    case (.timestampMS, .timestampS), (.timestampNS, .timestampS), (.timestampNS, .timestampMS):
      self.exactTime(as: .timestamp)
    default:
      nil
    }
  }

  private static let secondsPerDay: Int64 = 86_400

  private var instant: Instant? {
    switch self {
    case .date(.max): Instant(.max, .second)
    case .date(-.max): Instant(-.max, .second)
    case .date(let days): Instant(Int64(days) * Self.secondsPerDay, .second)
    case .timestampS(let seconds): Instant(seconds, .second)
    case .timestampMS(let millis): Instant(millis, .millisecond)
    case .timestamp(let micros): Instant(micros, .microsecond)
    case .timestampNS(let nanos): Instant(nanos, .nanosecond)
    default: nil
    }
  }
}

extension Instant {
  /// The date, if it is the beginning of one.
  fileprivate var days: Int32? {
    guard !self.isInfinite else { return self.count > 0 ? .max : -.max }
    guard let seconds = self.exactly(in: .second) else { return nil }
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    guard rest == 0, let days = Int32(exactly: days), abs(Int64(days)) < Int32.max else {
      return nil
    }
    return days
  }
}
