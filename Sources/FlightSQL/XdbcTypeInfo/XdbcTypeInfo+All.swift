extension XdbcTypeInfo {
  /// Every type a column of DuckDB's can have, in the order the specification wants.
  ///
  /// The names are those DuckDB gives types; `TEXT` is an alias, for programs that look for a long
  /// text.
  package static let all: [XdbcTypeInfo] =
    (Self.numbers + Self.texts + Self.datetimes + Self.others).sorted {
      ($0.dataType.rawValue, $0.typeName) < ($1.dataType.rawValue, $1.typeName)
    }

  private static let numbers = [
    Self("BOOLEAN", .bit, size: 1),
    Self.integer("TINYINT", .tinyint, digits: 3),
    Self.integer("SMALLINT", .smallint, digits: 5),
    Self.integer("INTEGER", .integer, digits: 10),
    Self.integer("BIGINT", .bigint, digits: 19),
    Self.integer("HUGEINT", .numeric, digits: 38),
    Self.integer("UTINYINT", .tinyint, digits: 3, isUnsigned: true),
    Self.integer("USMALLINT", .smallint, digits: 5, isUnsigned: true),
    Self.integer("UINTEGER", .integer, digits: 10, isUnsigned: true),
    Self.integer("UBIGINT", .bigint, digits: 20, isUnsigned: true),
    Self.integer("UHUGEINT", .numeric, digits: 38, isUnsigned: true),
    Self.integer("BIGNUM", .numeric, digits: nil),
    Self.number("FLOAT", .real, digits: 7),
    Self.number("DOUBLE", .double, digits: 15),
    Self.number("DECIMAL", .decimal, digits: 38, scales: 0...38, params: ["precision", "scale"]),
  ]

  private static let texts = [
    // DuckDB takes a length and doesn't mind it.
    Self.text("VARCHAR", .varchar, size: .max, params: ["length"]),
    Self.text("TEXT", .longVarchar, size: .max),
    Self.text("JSON", .longVarchar, size: .max),
    Self.text("ENUM", .varchar, params: ["values"]),
    Self.text("UUID", .char, size: 36, isCaseSensitive: false),
    Self.text("BIT", .varchar, isCaseSensitive: false),
  ]

  private static let datetimes = [
    Self.datetime("DATE", .date, .date, size: 10),
    Self.datetime("TIME", .time, .time, size: 15, scale: 6),
    Self.datetime("TIME_NS", .time, .time, size: 18, scale: 9),
    Self.datetime("TIME WITH TIME ZONE", .time, .timeWithTimeZone, size: 24, scale: 6),
    Self.datetime("TIMESTAMP_S", .timestamp, .timestamp, size: 19, scale: 0),
    Self.datetime("TIMESTAMP_MS", .timestamp, .timestamp, size: 23, scale: 3),
    Self.datetime("TIMESTAMP", .timestamp, .timestamp, size: 26, scale: 6),
    Self.datetime("TIMESTAMP_NS", .timestamp, .timestamp, size: 29, scale: 9),
    Self.datetime(
      "TIMESTAMP WITH TIME ZONE",
      .timestamp,
      .timestampWithTimeZone,
      size: 32,
      scale: 6
    ),
  ]

  /// Nested types have no number in the specification.
  private static let others = [
    Self.quoted("BLOB", .varbinary, suffix: "'::BLOB"),
    Self.quoted("GEOMETRY", .varbinary, suffix: "'::GEOMETRY"),
    Self.quoted("INTERVAL", .interval, suffix: "'::INTERVAL"),
    Self("ARRAY", .unknown),
    Self("LIST", .unknown),
    Self("MAP", .unknown),
    Self("STRUCT", .unknown),
    Self("UNION", .unknown),
    Self("VARIANT", .unknown),
  ]

  private static func integer(
    _ name: String,
    _ type: XdbcDataType,
    digits: Int32?,
    isUnsigned: Bool = false
  ) -> XdbcTypeInfo {
    Self.number(name, type, digits: digits, isUnsigned: isUnsigned, scales: 0...0)
  }

  private static func number(
    _ name: String,
    _ type: XdbcDataType,
    digits: Int32?,
    isUnsigned: Bool = false,
    scales: ClosedRange<Int32>? = nil,
    params: [String]? = nil
  ) -> XdbcTypeInfo {
    var info = Self(name, type, size: digits)
    info.isUnsigned = isUnsigned
    info.minimumScale = scales?.lowerBound
    info.maximumScale = scales?.upperBound
    info.createParams = params
    return info
  }

  private static func text(
    _ name: String,
    _ type: XdbcDataType,
    size: Int32? = nil,
    params: [String]? = nil,
    isCaseSensitive: Bool = true
  ) -> XdbcTypeInfo {
    var info = Self.quoted(name, type, suffix: "'")
    info.columnSize = size
    info.createParams = params
    info.isCaseSensitive = isCaseSensitive
    return info
  }

  private static func datetime(
    _ name: String,
    _ type: XdbcDataType,
    _ subcode: XdbcDatetimeSubcode,
    size: Int32,
    scale: Int32? = nil
  ) -> XdbcTypeInfo {
    var info = Self.quoted(name, type, suffix: "'")
    info.columnSize = size
    info.minimumScale = scale
    info.maximumScale = scale
    info.datetimeSubcode = subcode
    return info
  }

  private static func quoted(
    _ name: String,
    _ type: XdbcDataType,
    suffix: String
  ) -> XdbcTypeInfo {
    var info = Self(name, type)
    info.literalPrefix = "'"
    info.literalSuffix = suffix
    return info
  }
}
