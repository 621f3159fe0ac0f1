/// The specification's `XdbcDatetimeSubcode`.
package enum XdbcDatetimeSubcode: Int32, Sendable {
  case date = 1
  case time = 2
  case timestamp = 3
  case timeWithTimeZone = 4
  case timestampWithTimeZone = 5
}
