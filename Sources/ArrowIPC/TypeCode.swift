/// The members of the union `Type` in `Schema.fbs`.
enum TypeCode: UInt8 {
  case null = 1
  case int
  case floatingPoint
  case binary
  case utf8
  case bool
  case decimal
  case date
  case time
  case timestamp
  case interval
  case list
  case `struct`
  case union
  case fixedSizeBinary
  case fixedSizeList
  case map
  case duration
  case largeBinary
  case largeUTF8
  case largeList
  case runEndEncoded
  case binaryView
  case utf8View
  case listView
  case largeListView
}

extension TypeCode {
  init(_ type: DataType) {
    self =
      switch type {
      case .null: .null
      case .bool: .bool
      case .int: .int
      case .floatingPoint: .floatingPoint
      case .utf8: .utf8
      case .largeUTF8: .largeUTF8
      case .utf8View: .utf8View
      case .binary: .binary
      case .largeBinary: .largeBinary
      case .binaryView: .binaryView
      case .fixedSizeBinary: .fixedSizeBinary
      case .decimal: .decimal
      case .date: .date
      case .time: .time
      case .timestamp: .timestamp
      case .duration: .duration
      case .interval: .interval
      case .list: .list
      case .largeList: .largeList
      case .listView: .listView
      case .largeListView: .largeListView
      case .fixedSizeList: .fixedSizeList
      case .struct: .struct
      case .map: .map
      case .union: .union
      case .runEndEncoded: .runEndEncoded
      }
  }
}
