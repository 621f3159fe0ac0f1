/// The type of a column, as a value of its own.
package struct LogicalType: Hashable, Sendable {
  package var kind: Kind

  /// The name of a type that is another one underneath, such as `JSON`.
  package var alias: String?

  package init(_ kind: Kind, alias: String? = nil) {
    self.kind = kind
    self.alias = alias
  }
}

extension LogicalType {
  package indirect enum Kind: Hashable, Sendable {
    /// Not determined before parameters are bound.
    case unknown
    case sqlNull
    case boolean
    case tinyint
    case smallint
    case integer
    case bigint
    case hugeint
    case utinyint
    case usmallint
    case uinteger
    case ubigint
    case uhugeint
    case bignum
    case float
    case double
    case decimal(width: Int, scale: Int)
    case varchar
    case blob
    case bit
    case uuid
    case date
    case time
    case timeNS
    case timeTZ
    case timestampS
    case timestampMS
    case timestamp
    case timestampNS
    case timestampTZ
    case interval
    case `enum`([String])
    case list(LogicalType)
    case array(LogicalType, size: Int)
    case `struct`([Column])
    case map(key: LogicalType, value: LogicalType)
    case union([Column])
    case geometry
    case variant
    /// A type that only exists while functions are resolved, or that is newer than this code.
    case other(id: UInt32)
  }
}

extension LogicalType {
  /// The type as SQL spells it.
  package var sqlName: String {
    self.alias ?? self.kind.sqlName
  }
}

extension LogicalType.Kind {
  fileprivate var sqlName: String {
    switch self {
    case .unknown: "UNKNOWN"
    case .sqlNull: "\"NULL\""
    case .boolean: "BOOLEAN"
    case .tinyint: "TINYINT"
    case .smallint: "SMALLINT"
    case .integer: "INTEGER"
    case .bigint: "BIGINT"
    case .hugeint: "HUGEINT"
    case .utinyint: "UTINYINT"
    case .usmallint: "USMALLINT"
    case .uinteger: "UINTEGER"
    case .ubigint: "UBIGINT"
    case .uhugeint: "UHUGEINT"
    case .bignum: "BIGNUM"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .decimal(let width, let scale): "DECIMAL(\(width),\(scale))"
    case .varchar: "VARCHAR"
    case .blob: "BLOB"
    case .bit: "BIT"
    case .uuid: "UUID"
    case .date: "DATE"
    case .time: "TIME"
    case .timeNS: "TIME_NS"
    case .timeTZ: "TIME WITH TIME ZONE"
    case .timestampS: "TIMESTAMP_S"
    case .timestampMS: "TIMESTAMP_MS"
    case .timestamp: "TIMESTAMP"
    case .timestampNS: "TIMESTAMP_NS"
    case .timestampTZ: "TIMESTAMP WITH TIME ZONE"
    case .interval: "INTERVAL"
    case .enum(let members): "ENUM(\(members.map(SQLText.literal).joined(separator: ", ")))"
    case .list(let element): "\(element.sqlName)[]"
    case .array(let element, let size): "\(element.sqlName)[\(size)]"
    case .struct(let members): "STRUCT(\(Self.memberList(members)))"
    case .map(let key, let value): "MAP(\(key.sqlName), \(value.sqlName))"
    case .union(let members): "UNION(\(Self.memberList(members)))"
    case .geometry: "GEOMETRY"
    case .variant: "VARIANT"
    case .other(let id): "type \(id)"
    }
  }

  private static func memberList(_ members: [Column]) -> String {
    members
      .map { "\(SQLText.identifier($0.name)) \($0.type.sqlName)" }
      .joined(separator: ", ")
  }
}
