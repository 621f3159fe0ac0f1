internal import ArrowIPC
internal import DuckDB
internal import NIOCore

/// Reads single values out of Arrow arrays, which the decoder has checked.
///
/// A value is read exactly or refused.
struct ArrowValueReader {
  /// Roughly what an element of a nested value takes in memory.
  private static let elementByteCount = 64

  private let byteLimit: Int
  private var remainingByteCount: Int

  /// - Parameter byteLimit: What all values that are read may take: elements of lists may take no
  ///   room in a message.
  init(byteLimit: Int) {
    self.byteLimit = byteLimit
    self.remainingByteCount = byteLimit
  }

  mutating func value(
    _ array: ArrayData,
    _ field: Field,
    row: Int
  ) throws(ConversionError) -> Value {
    try self.spend(Self.elementByteCount)
    if array.isNull(row) { return .null(of: try field.valueType()) }
    if let dictionary = array.dictionary {
      let index = array.integer(row)
      var values = field
      values.dictionary = nil
      let (chunk, position) = dictionary.position(of: Int(truncatingIfNeeded: index))
      return try self.value(chunk, values, row: position)
    }
    switch (field.extensionName, array.type) {
    case ("arrow.uuid", .fixedSizeBinary(byteWidth: 16)):
      return .uuid(UInt128(bigEndian: array.loaded(row)))
    case ("arrow.bool8", .int(bitWidth: 8, isSigned: true)):
      return .boolean(array.integer(row) != 0)
    default: break
    }
    if let value = try self.flat(array, row) { return value }
    return try self.nested(array, row)
  }

  private mutating func flat(
    _ array: ArrayData,
    _ row: Int
  ) throws(ConversionError) -> Value? {
    switch array.type {
    case .bool: .boolean(array.bit(row))
    case .int(let bitWidth, let isSigned): array.integerValue(row, bitWidth, isSigned)
    case .floatingPoint(.half): .float(Float(Float16(bitPattern: array.loaded(row))))
    case .floatingPoint(.single): .float(Float(bitPattern: array.loaded(row)))
    case .floatingPoint(.double): .double(Double(bitPattern: array.loaded(row)))
    case .utf8, .largeUTF8, .utf8View:
      .varchar(String(buffer: try self.bytes(array, row)))
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary:
      .blob(Array(try self.bytes(array, row).readableBytesView))
    case .decimal(let precision, let scale, let bitWidth):
      try array.decimal(row, precision, scale, bitWidth)
    default:
      try array.temporalValue(row)
    }
  }

  /// Lets a value take memory.
  mutating func spend(_ byteCount: Int) throws(ConversionError) {
    self.remainingByteCount -= byteCount
    guard self.remainingByteCount >= 0 else {
      throw ConversionError(
        code: .rowTooLarge,
        message: "the values of the row exceed the limit of \(self.byteLimit) bytes "
          + "(parameter row limit)"
      )
    }
  }

  private mutating func bytes(
    _ array: ArrayData,
    _ row: Int
  ) throws(ConversionError) -> ByteBuffer {
    let bytes =
      switch array.type {
      case .fixedSizeBinary(let width): array.slice(1, row * width, width)
      case .utf8View, .binaryView: array.view(row)
      default: array.range(row).flatMap { array.slice(2, $0.lowerBound, $0.count) }
      }
    try self.spend(bytes?.readableBytes ?? 0)
    return bytes ?? ByteBuffer()
  }
}

extension Value {
  static func null(of type: LogicalType) -> Value {
    type.kind == .sqlNull ? .null : .cast(.null, to: type)
  }
}
