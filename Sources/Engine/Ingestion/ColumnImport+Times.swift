internal import DuckDB

// Times of nanoseconds, where they are to be kept in microseconds.

extension ColumnImport {
  var hasNanosecondTimes: Bool {
    self.type.kind == .timeNS || self.children.contains { $0.hasNanosecondTimes }
  }

  /// The same column with times of microseconds; a value that isn't a whole number of them is refused.
  var withMicrosecondTimes: ColumnImport {
    var column = self
    column.type = self.type.withMicrosecondTimes
    column.declaredType = self.declaredType.withMicrosecondTimes
    if self.type.kind == .timeNS, self.children.isEmpty { column.transfer = .wholeMicroseconds }
    column.children = self.children.map(\.withMicrosecondTimes)
    return column
  }
}

extension LogicalType {
  fileprivate var withMicrosecondTimes: LogicalType {
    LogicalType(self.kind.withMicrosecondTimes, alias: self.alias)
  }
}

extension LogicalType.Kind {
  fileprivate var withMicrosecondTimes: Self {
    func converted(_ members: [Column]) -> [Column] {
      members.map { Column($0.name, $0.type.withMicrosecondTimes) }
    }
    return switch self {
    case .timeNS: .time
    case .list(let element): .list(element.withMicrosecondTimes)
    case .array(let element, let size): .array(element.withMicrosecondTimes, size: size)
    case .struct(let members): .struct(converted(members))
    case .union(let members): .union(converted(members))
    case .map(let key, let value):
      .map(key: key.withMicrosecondTimes, value: value.withMicrosecondTimes)
    default: self
    }
  }
}
