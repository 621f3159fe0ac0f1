internal import DuckDB

extension Value {
  /// The same value as one of another type, `nil` where that can't hold it or where only DuckDB
  /// knows how to cast it.
  ///
  /// A statement whose values have the types that it determined keeps its plan; others are planned
  /// anew at each execution.
  func exactly(as type: LogicalType) -> Value? {
    // A type that is another one underneath may check its values, as JSON does.
    guard type.alias == nil || self.isNull else { return nil }
    switch (self, type.kind) {
    case (_, .unknown), (_, .sqlNull): return nil
    case (.null, _), (.cast(.null, _), _): return .cast(.null, to: type)
    case (.boolean, .boolean), (.varchar, .varchar), (.blob, .blob), (.uuid, .uuid),
      (.interval, .interval), (.timestampTZ, .timestampTZ):
      return self
    case (.varchar, let kind): return kind.isCastFromText ? .cast(self, to: type) : nil
    case (.list(let values, _), let kind), (.array(let values, _), let kind):
      return Self.elements(values, exactlyAs: kind)
    case (.struct(let members), .struct(let columns)):
      return Self.members(members, exactlyAs: columns)
    case (.map(let entries, _, _), .map(let key, let value)):
      return Self.entries(entries, exactlyAs: key, value)
    case (.union(let tag, let value, let members), .union(let columns)):
      guard members.map(\.name) == columns.map(\.name),
        let value = value.exactly(as: columns[tag].type)
      else { return nil }
      return .union(tag: tag, value, of: columns)
    default: return self.exactNumber(as: type.kind) ?? self.exactTime(as: type.kind)
    }
  }

  private var isNull: Bool {
    switch self {
    case .null, .cast(.null, _): true
    default: false
    }
  }

  private static func elements(_ values: [Value], exactlyAs kind: LogicalType.Kind) -> Value? {
    switch kind {
    case .list(let element):
      return Self.values(values, exactlyAs: element).map { .list($0, of: element) }
    case .array(let element, values.count):
      return Self.values(values, exactlyAs: element).map { .array($0, of: element) }
    default:
      return nil
    }
  }

  private static func values(_ values: [Value], exactlyAs type: LogicalType) -> [Value]? {
    var exact: [Value] = []
    for value in values {
      guard let value = value.exactly(as: type) else { return nil }
      exact.append(value)
    }
    return exact
  }

  private static func members(_ members: [Member], exactlyAs columns: [Column]) -> Value? {
    guard members.map(\.column.name) == columns.map(\.name) else { return nil }
    var exact: [Member] = []
    for (member, column) in zip(members, columns) {
      guard let value = member.value.exactly(as: column.type) else { return nil }
      exact.append(Member(column.name, column.type, value))
    }
    return .struct(exact)
  }

  private static func entries(
    _ entries: [Entry],
    exactlyAs keyType: LogicalType,
    _ valueType: LogicalType
  ) -> Value? {
    guard let keys = Self.values(entries.map(\.key), exactlyAs: keyType),
      let values = Self.values(entries.map(\.value), exactlyAs: valueType)
    else { return nil }
    return .map(
      zip(keys, values).map { Entry(key: $0, value: $1) },
      key: keyType,
      value: valueType
    )
  }
}

extension LogicalType.Kind {
  /// Whether DuckDB's cast from text depends on the text alone, and not on the session's time
  /// zone.
  fileprivate var isCastFromText: Bool {
    switch self {
    case .boolean, .tinyint, .smallint, .integer, .bigint, .hugeint, .utinyint, .usmallint,
      .uinteger, .ubigint, .uhugeint, .bignum, .float, .double, .decimal, .bit, .uuid, .date,
      .time, .timeNS, .timeTZ, .timestampS, .timestampMS, .timestamp, .timestampNS, .interval,
      .enum:
      true
    default:
      false
    }
  }
}
