/// The types of the specification's `SqlSupportsConvert`, and which of them `CAST` turns into which.
enum SQLConversion: Int32, CaseIterable {
  case bigint, binary, bit, char, date, decimal, float, integer
  case intervalDayTime, intervalYearMonth, longVarbinary, longVarchar
  case numeric, real, smallint, time, timestamp, tinyint, varbinary, varchar

  static let all: [Int32: [Int32]] = {
    var targets: [Int32: [Int32]] = [:]
    for source in Self.allCases {
      targets[source.rawValue] = Self.allCases.filter(source.casts(to:)).map(\.rawValue)
    }
    return targets
  }()

  private enum Family {
    case number, text, binary, interval, date, time, timestamp
  }

  private var family: Family {
    switch self {
    case .char, .varchar, .longVarchar: .text
    case .binary, .varbinary, .longVarbinary: .binary
    case .intervalDayTime, .intervalYearMonth: .interval
    case .date: .date
    case .time: .time
    case .timestamp: .timestamp
    // BIT is BOOLEAN, which is a number to CAST.
    default: .number
    }
  }

  private func casts(to target: SQLConversion) -> Bool {
    switch (self.family, target.family) {
    case (.text, _), (_, .text), (.date, .timestamp), (.timestamp, .date), (.timestamp, .time): true
    case (let source, let target): source == target
    }
  }
}
