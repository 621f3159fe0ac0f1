/// A row of `CommandGetXdbcTypeInfo`'s result: a type of DuckDB's as ODBC and JDBC describe types.
package struct XdbcTypeInfo: Hashable, Sendable {
  package var typeName: String
  package var dataType: XdbcDataType
  /// Digits of a number, characters of a text or of a date's text form; `nil` without a limit.
  package var columnSize: Int32?
  package var literalPrefix: String?
  package var literalSuffix: String?
  package var createParams: [String]?
  package var isCaseSensitive = false
  /// `nil` for what isn't a number.
  package var isUnsigned: Bool?
  package var minimumScale: Int32?
  package var maximumScale: Int32?
  package var datetimeSubcode: XdbcDatetimeSubcode?

  /// The verbose type: one for all dates and times, which the subcode tells apart.
  package var sqlDataType: XdbcDataType {
    switch self.dataType {
    case .date, .time, .timestamp: .datetime
    default: self.dataType
    }
  }

  init(_ typeName: String, _ dataType: XdbcDataType, size: Int32? = nil) {
    self.typeName = typeName
    self.dataType = dataType
    self.columnSize = size
  }
}

/// The specification's `XdbcDataType`.
package enum XdbcDataType: Int32, Sendable {
  case unknown = 0
  case char = 1
  case numeric = 2
  case decimal = 3
  case integer = 4
  case smallint = 5
  case real = 7
  case double = 8
  case datetime = 9
  case interval = 10
  case varchar = 12
  case date = 91
  case time = 92
  case timestamp = 93
  case longVarchar = -1
  case varbinary = -3
  case bigint = -5
  case tinyint = -6
  case bit = -7
}

/// The specification's `XdbcDatetimeSubcode`.
package enum XdbcDatetimeSubcode: Int32, Sendable {
  case date = 1
  case time = 2
  case timestamp = 3
  case timeWithTimeZone = 4
  case timestampWithTimeZone = 5
}
