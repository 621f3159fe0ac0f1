internal import ArrowIPC
internal import DuckDB

/// How a column of Arrow data becomes one of DuckDB's.
///
/// DuckDB's own import is not used: it needs aligned buffers, converts a dictionary anew for every
/// 2,048 rows, and refuses half floats, 256-bit decimals and unions of the usual kind.
struct ColumnImport {
  /// How a value of Arrow's is turned into one of DuckDB's.
  indirect enum Transfer: Hashable {
    case null
    /// Bits become bytes.
    case bits
    case bool8
    /// Of so many bytes of a value, the lower ones are kept: all, or those a decimal needs.
    case bytes(from: Int, to: Int)
    case halfFloat
    /// Time since midnight or the epoch, to be multiplied for microseconds.
    case scaled(width: Int, by: Int64)
    /// Nanoseconds that become microseconds, and must be whole ones.
    case wholeMicroseconds
    case date
    case dateMilliseconds
    case duration(DataType.TimeUnit)
    case interval(DataType.IntervalUnit)
    case uuid
    case string(StringLayout)
    case list(ListLayout)
    /// A list whose size is part of the type, written as the array it is or as a list.
    case fixedSizeList(size: Int, isArray: Bool)
    case `struct`
    case union(DataType.UnionMode, typeIDs: [Int32])
    case runEndEncoded(bitWidth: Int)
  }

  enum StringLayout: Hashable {
    case offsets32, offsets64, views
    case fixed(width: Int)
  }

  enum ListLayout: Hashable {
    case offsets32, offsets64, views32, views64
    case map
  }

  /// The column's type as it reaches DuckDB.
  var type: LogicalType
  /// The column's type in a table that is created for it.
  var declaredType: LogicalType
  /// What is done with the values, those of the dictionary where there is one.
  var transfer: Transfer
  var children: [ColumnImport] = []

  init(_ type: LogicalType, as declared: LogicalType? = nil, _ transfer: Transfer) {
    self.type = type
    self.declaredType = declared ?? type
    self.transfer = transfer
  }

  init(_ kind: LogicalType.Kind, _ transfer: Transfer) {
    self.init(LogicalType(kind), transfer)
  }
}

extension ColumnImport {
  init(_ field: Field) throws(IngestionError) {
    if let made = Self.extensionType(field) {
      self = made
      return
    }
    if let made = try Self.flat(field.type) {
      self = made
      return
    }
    if let made = try Self.nested(field.type) {
      self = made
      return
    }
    throw IngestionError(
      .unsupportedType,
      "DuckDB has no type for \(field.type)."
    )
  }

  /// Canonical extension types of Arrow that DuckDB has a type for; others count as what they
  /// are made of.
  private static func extensionType(_ field: Field) -> ColumnImport? {
    switch (field.extensionName, field.type) {
    case ("arrow.uuid", .fixedSizeBinary(byteWidth: 16)):
      return ColumnImport(.uuid, .uuid)
    case ("arrow.bool8", .int(bitWidth: 8, isSigned: true)):
      return ColumnImport(.boolean, .bool8)
    case ("arrow.json", .utf8), ("arrow.json", .largeUTF8), ("arrow.json", .utf8View):
      // It comes as text, so that DuckDB checks it when it casts it.
      var column = Self.string(field.type)
      column?.declaredType = LogicalType(.varchar, alias: "JSON")
      return column
    default:
      return nil
    }
  }

  private static func flat(_ type: DataType) throws(IngestionError) -> ColumnImport? {
    switch type {
    case .null:
      return ColumnImport(LogicalType(.sqlNull), as: LogicalType(.integer), .null)
    case .bool:
      return ColumnImport(.boolean, .bits)
    case .int(let bitWidth, let isSigned):
      return Self.integer(bitWidth, isSigned)
    case .floatingPoint(.half):
      return ColumnImport(.float, .halfFloat)
    case .floatingPoint(.single):
      return ColumnImport(.float, .bytes(from: 4, to: 4))
    case .floatingPoint(.double):
      return ColumnImport(.double, .bytes(from: 8, to: 8))
    case .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView, .fixedSizeBinary:
      return Self.string(type)
    case .decimal(let precision, let scale, let bitWidth):
      return try Self.decimal(precision, scale, bitWidth)
    case .date, .time, .timestamp, .duration, .interval:
      return Self.temporal(type)
    default:
      return nil
    }
  }

  private static func integer(_ bitWidth: Int, _ isSigned: Bool) -> ColumnImport {
    ColumnImport(
      .integer(bitWidth: bitWidth, isSigned: isSigned),
      .bytes(from: bitWidth / 8, to: bitWidth / 8)
    )
  }

  private static func string(_ type: DataType) -> ColumnImport? {
    switch type {
    case .utf8: ColumnImport(.varchar, .string(.offsets32))
    case .largeUTF8: ColumnImport(.varchar, .string(.offsets64))
    case .utf8View: ColumnImport(.varchar, .string(.views))
    case .binary: ColumnImport(.blob, .string(.offsets32))
    case .largeBinary: ColumnImport(.blob, .string(.offsets64))
    case .binaryView: ColumnImport(.blob, .string(.views))
    case .fixedSizeBinary(let width): ColumnImport(.blob, .string(.fixed(width: width)))
    default: nil
    }
  }

  private static func decimal(
    _ precision: Int,
    _ scale: Int,
    _ bitWidth: Int
  ) throws(IngestionError) -> ColumnImport {
    guard (1...38).contains(precision), (0...precision).contains(scale) else {
      throw IngestionError(
        .unsupportedType,
        """
        DuckDB has no DECIMAL(\(precision),\(scale)): it has at most 38 digits, and not fewer than \
        the scale.
        """
      )
    }
    let width =
      switch precision {
      case ...4: 2
      case ...9: 4
      case ...18: 8
      default: 16
      }
    return ColumnImport(
      .decimal(width: precision, scale: scale),
      .bytes(from: bitWidth / 8, to: width)
    )
  }

  private static func temporal(_ type: DataType) -> ColumnImport? {
    let wide = Transfer.bytes(from: 8, to: 8)
    return switch type {
    case .date(.day): ColumnImport(.date, .date)
    case .date(.millisecond): ColumnImport(.date, .dateMilliseconds)
    case .time(.second): ColumnImport(.time, .scaled(width: 4, by: 1_000_000))
    case .time(.millisecond): ColumnImport(.time, .scaled(width: 4, by: 1_000))
    case .time(.microsecond): ColumnImport(.time, wide)
    case .time(.nanosecond): ColumnImport(.timeNS, wide)
    case .timestamp(.second, nil): ColumnImport(.timestampS, wide)
    case .timestamp(.millisecond, nil): ColumnImport(.timestampMS, wide)
    case .timestamp(.microsecond, nil): ColumnImport(.timestamp, wide)
    case .timestamp(.nanosecond, nil): ColumnImport(.timestampNS, wide)
    case .timestamp(.second, _): ColumnImport(.timestampTZ, .scaled(width: 8, by: 1_000_000))
    case .timestamp(.millisecond, _): ColumnImport(.timestampTZ, .scaled(width: 8, by: 1_000))
    case .timestamp(.microsecond, _): ColumnImport(.timestampTZ, wide)
    case .timestamp(.nanosecond, _): ColumnImport(.timestampTZ, .wholeMicroseconds)
    case .duration(let unit): ColumnImport(.interval, .duration(unit))
    case .interval(let unit): ColumnImport(.interval, .interval(unit))
    default: nil
    }
  }
}
