/// One value of a record batch.
indirect enum Cell: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int128)
  case float(Double)
  case text(String)
  case bytes([UInt8])
  case interval(months: Int32, days: Int32, nanos: Int64)
  case list([Cell])
  /// Of a struct, in the order of its members.
  case row([Cell])
  case union(tag: Int, Cell)
}
