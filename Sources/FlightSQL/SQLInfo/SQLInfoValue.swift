/// A value of `CommandGetSqlInfo`: the members of the result's union.
package enum SQLInfoValue: Hashable, Sendable {
  case string(String)
  case bool(Bool)
  case bigint(Int64)
  case int32(Int32)
  case stringList([String])
  case map([Int32: [Int32]])

  /// A bit mask with a bit for each of these numbers.
  static func bits(_ numbers: Int32...) -> SQLInfoValue {
    .int32(numbers.reduce(0) { $0 | 1 << $1 })
  }

  /// The union's type id.
  var typeID: Int8 {
    switch self {
    case .string: 0
    case .bool: 1
    case .bigint: 2
    case .int32: 3
    case .stringList: 4
    case .map: 5
    }
  }
}
