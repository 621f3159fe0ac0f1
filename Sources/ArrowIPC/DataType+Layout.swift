extension DataType {
  /// The fields of a nested type, in the order of its child arrays.
  package var children: [Field] {
    switch self {
    case .list(let element), .largeList(let element), .listView(let element),
      .largeListView(let element), .fixedSizeList(let element, _), .map(let element, _):
      [element]
    case .struct(let fields), .union(_, _, let fields):
      fields
    case .runEndEncoded(let runEnds, let values):
      [runEnds, values]
    default:
      []
    }
  }

  /// Whether the first buffer of an array is its validity bitmap.
  package var hasValidity: Bool {
    switch self {
    case .null, .union, .runEndEncoded: false
    default: true
    }
  }

  /// Whether any number of data buffers follow the ones that `bufferCount` counts.
  package var isView: Bool {
    self == .utf8View || self == .binaryView
  }

  /// The buffers every array of the type has, validity included.
  package var bufferCount: Int {
    switch self {
    case .null, .runEndEncoded: 0
    case .struct, .fixedSizeList, .union(.sparse, _, _): 1
    case .union(.dense, _, _), .list, .largeList, .map: 2
    case .listView, .largeListView, .utf8, .largeUTF8, .binary, .largeBinary: 3
    default: 2
    }
  }

  /// The bits of one value, for types whose values lie side by side in one buffer.
  package var bitWidth: Int? {
    switch self {
    case .bool: 1
    case .int(let bitWidth, _), .decimal(_, _, let bitWidth): bitWidth
    case .floatingPoint(.half): 16
    case .floatingPoint(.single): 32
    case .floatingPoint(.double): 64
    case .fixedSizeBinary(let byteWidth): byteWidth * 8
    case .date(let unit): unit == .day ? 32 : 64
    case .time(let unit): unit == .second || unit == .millisecond ? 32 : 64
    case .timestamp, .duration: 64
    case .interval(.yearMonth): 32
    case .interval(.dayTime): 64
    case .interval(.monthDayNano): 128
    default: nil
    }
  }
}
