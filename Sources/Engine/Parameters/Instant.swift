internal import ArrowIPC

/// A time as a count of units since some beginning.
///
/// DuckDB takes the largest count of any unit for infinity, and its negative for the opposite.
struct Instant {
  let count: Int64
  let unit: DataType.TimeUnit

  init(_ count: Int64, _ unit: DataType.TimeUnit) {
    self.count = count
    self.unit = unit
  }

  var isInfinite: Bool { self.count == .max || self.count == -.max }

  /// The count of another unit, unless that can't hold it.
  func exactly(in other: DataType.TimeUnit) -> Int64? {
    guard !self.isInfinite else { return self.count }
    let (from, to) = (self.unit.perSecond, other.perSecond)
    if from > to {
      let (count, rest) = self.count.quotientAndRemainder(dividingBy: from / to)
      return rest == 0 ? count : nil
    }
    let (count, overflow) = self.count.multipliedReportingOverflow(by: to / from)
    return overflow || (from < to && Instant(count, other).isInfinite) ? nil : count
  }
}

extension DataType.TimeUnit {
  fileprivate var perSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1_000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }
}
