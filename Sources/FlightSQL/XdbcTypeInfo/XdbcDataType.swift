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
