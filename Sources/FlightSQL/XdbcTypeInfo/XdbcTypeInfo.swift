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
