internal import ArrowIPC
internal import DuckDB

extension Field {
  /// The type that the field's values have as DuckDB's values.
  func valueType() throws(ConversionError) -> LogicalType {
    switch (self.extensionName, self.type) {
    case ("arrow.uuid", .fixedSizeBinary(byteWidth: 16)): return LogicalType(.uuid)
    case ("arrow.bool8", .int(bitWidth: 8, isSigned: true)): return LogicalType(.boolean)
    default: break
    }
    if let kind = self.type.flatKind { return LogicalType(kind) }
    switch self.type {
    case .decimal(let precision, let scale, _):
      return LogicalType(try Self.decimal(precision, scale))
    case .list(let element), .largeList(let element), .listView(let element),
      .largeListView(let element):
      return LogicalType(.list(try element.valueType()))
    case .fixedSizeList(let element, let size):
      guard size > 0 else { throw .unsupported("DuckDB has no arrays without elements") }
      return LogicalType(.array(try element.valueType(), size: size))
    case .struct(let fields):
      return LogicalType(.struct(try Self.members(fields)))
    case .union(_, _, let fields):
      return LogicalType(.union(try Self.members(fields)))
    case .map(let entries, _):
      let members = entries.type.children
      return LogicalType(
        .map(key: try members[0].valueType(), value: try members[1].valueType())
      )
    case .runEndEncoded(_, let values):
      return try values.valueType()
    default:
      throw .unsupported("DuckDB has no type for \(self.type)")
    }
  }

  /// A scale below zero or above the precision is no type of DuckDB's, but one that holds all the
  /// values mostly is.
  private static func decimal(
    _ precision: Int,
    _ scale: Int
  ) throws(ConversionError) -> LogicalType.Kind {
    let maximumWidth = 38
    guard scale <= maximumWidth, precision - min(scale, 0) > 0 else {
      throw .unsupported("DuckDB's decimals have \(maximumWidth) digits at most")
    }
    let width = max(precision - min(scale, 0), scale)
    return .decimal(width: min(width, maximumWidth), scale: max(scale, 0))
  }

  private static func members(_ fields: [Field]) throws(ConversionError) -> [Column] {
    guard !fields.isEmpty else { throw .unsupported("DuckDB has no structs without members") }
    if let name = FoldedName.firstDuplicate(in: fields.map(\.name)) {
      throw .unsupported("two members are called \"\(name)\", upper and lower case alike")
    }
    var members: [Column] = []
    for field in fields { members.append(Column(field.name, try field.valueType())) }
    return members
  }
}

extension DataType {
  /// The kind of value of a type without children or parameters that matter, else `nil`.
  fileprivate var flatKind: LogicalType.Kind? {
    switch self {
    case .null: .sqlNull
    case .bool: .boolean
    case .int(let bitWidth, let isSigned): .integer(bitWidth: bitWidth, isSigned: isSigned)
    case .floatingPoint(.half), .floatingPoint(.single): .float
    case .floatingPoint(.double): .double
    case .utf8, .largeUTF8, .utf8View: .varchar
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary: .blob
    case .date: .date
    case .time(.nanosecond): .timeNS
    case .time: .time
    case .timestamp(_, .some): .timestampTZ
    case .timestamp(.second, nil): .timestampS
    case .timestamp(.millisecond, nil): .timestampMS
    case .timestamp(.microsecond, nil): .timestamp
    case .timestamp(.nanosecond, nil): .timestampNS
    case .duration, .interval: .interval
    default: nil
    }
  }
}

extension ConversionError {
  static func unsupported(_ message: String) -> ConversionError {
    ConversionError(code: .unsupportedType, message: message)
  }

  static func inexact(_ message: String) -> ConversionError {
    ConversionError(code: .valueOutOfRange, message: message)
  }
}
