import NIOCore

/// Reads a flatbuffer that nobody has checked: every position is verified before it is used.
///
/// Tables may be shared inside a flatbuffer, so a small one can describe a huge tree. What is
/// visited is therefore charged to a budget proportional to the buffer's size.
struct FlatBufferReader {
  struct Table {
    fileprivate var position: Int
    fileprivate var vtable: Int
    fileprivate var vtableByteCount: Int
    fileprivate var depth: Int
  }

  struct Vector {
    fileprivate var position: Int
    fileprivate var elementByteCount: Int
    fileprivate var depth: Int
    let count: Int
  }

  /// How often, on average, a byte may be visited.
  static let sharingFactor = 4
  /// Tables inside tables; types and dictionaries add a few levels to those of the fields.
  static let maximumDepth = 192

  private let bytes: ByteBuffer
  private var budget: Int

  init(_ bytes: ByteBuffer) {
    self.bytes = bytes.slice()
    self.budget = bytes.readableBytes * Self.sharingFactor
  }

  mutating func root() throws(ArrowIPCError) -> Table {
    try self.table(at: self.target(of: 0), depth: 0)
  }

  func scalar<Value: FixedWidthInteger>(
    _ field: Int,
    of table: Table,
    default defaultValue: Value
  ) throws(ArrowIPCError) -> Value {
    guard let position = try self.position(field, of: table) else { return defaultValue }
    return try self.integer(at: position)
  }

  func bool(_ field: Int, of table: Table) throws(ArrowIPCError) -> Bool {
    try self.scalar(field, of: table, default: UInt8(0)) != 0
  }

  mutating func table(_ field: Int, of table: Table) throws(ArrowIPCError) -> Table? {
    guard let position = try self.position(field, of: table) else { return nil }
    return try self.table(at: self.target(of: position), depth: table.depth + 1)
  }

  mutating func string(_ field: Int, of table: Table) throws(ArrowIPCError) -> String? {
    guard let position = try self.position(field, of: table) else { return nil }
    let vector = try self.vector(at: self.target(of: position), elementByteCount: 1, depth: 0)
    do {
      return try self.bytes.getUTF8ValidatedString(at: vector.position, length: vector.count)
    } catch {
      throw ArrowIPCError(.malformedMetadata, "A string in the metadata is not valid UTF-8.")
    }
  }

  mutating func vector(
    _ field: Int,
    of table: Table,
    elementByteCount: Int
  ) throws(ArrowIPCError) -> Vector? {
    guard let position = try self.position(field, of: table) else { return nil }
    return try self.vector(
      at: self.target(of: position),
      elementByteCount: elementByteCount,
      depth: table.depth
    )
  }

  mutating func table(
    _ index: Int,
    of vector: Vector
  ) throws(ArrowIPCError) -> Table {
    try self.table(at: self.target(of: vector.position + index * 4), depth: vector.depth + 1)
  }

  /// Reads an integer `offset` bytes into an element of a vector of scalars or structs.
  func element<Value: FixedWidthInteger>(
    _ index: Int,
    of vector: Vector,
    offset: Int = 0
  ) throws(ArrowIPCError) -> Value {
    try self.integer(at: vector.position + index * vector.elementByteCount + offset)
  }

  private mutating func table(
    at position: Int,
    depth: Int
  ) throws(ArrowIPCError) -> Table {
    guard depth <= Self.maximumDepth else {
      throw ArrowIPCError(.limitExceeded, "The metadata is nested too deeply.")
    }
    let vtable = position - Int(try self.integer(at: position) as Int32)
    let vtableByteCount = Int(try self.integer(at: vtable) as UInt16)
    // It bounds no field: writers in Go let tables of several sizes share a vtable.
    let byteCount = Int(try self.integer(at: vtable + 2) as UInt16)
    guard
      vtableByteCount >= 4, vtableByteCount % 2 == 0, byteCount >= 4,
      vtable <= self.bytes.readableBytes - vtableByteCount
    else { throw Self.outOfRange }
    try self.charge(byteCount)
    return Table(
      position: position,
      vtable: vtable,
      vtableByteCount: vtableByteCount,
      depth: depth
    )
  }

  private mutating func vector(
    at position: Int,
    elementByteCount: Int,
    depth: Int
  ) throws(ArrowIPCError) -> Vector {
    let count = Int(try self.integer(at: position) as UInt32)
    // Neither can overflow: the count has 32 bits, elements have at most 16 bytes.
    let byteCount = count * elementByteCount
    guard position + 4 <= self.bytes.readableBytes - byteCount else { throw Self.outOfRange }
    try self.charge(byteCount + 4)
    return Vector(
      position: position + 4,
      elementByteCount: elementByteCount,
      depth: depth,
      count: count
    )
  }

  /// Where a field of a table lies, or nil where it is absent.
  private func position(_ field: Int, of table: Table) throws(ArrowIPCError) -> Int? {
    let slot = 4 + field * 2
    guard slot + 2 <= table.vtableByteCount else { return nil }
    let offset = Int(try self.integer(at: table.vtable + slot) as UInt16)
    guard offset != 0 else { return nil }
    guard offset >= 4 else { throw Self.outOfRange }
    return table.position + offset
  }

  /// Follows the reference at `position`.
  private func target(of position: Int) throws(ArrowIPCError) -> Int {
    position + Int(try self.integer(at: position) as UInt32)
  }

  private func integer<Value: FixedWidthInteger>(
    at position: Int
  ) throws(ArrowIPCError) -> Value {
    guard let value = self.bytes.getInteger(at: position, endianness: .little, as: Value.self)
    else { throw Self.outOfRange }
    return value
  }

  private mutating func charge(_ byteCount: Int) throws(ArrowIPCError) {
    self.budget -= byteCount
    guard self.budget >= 0 else {
      throw ArrowIPCError(.limitExceeded, "The metadata shares too many of its parts.")
    }
  }

  private static var outOfRange: ArrowIPCError {
    ArrowIPCError(.malformedMetadata, "The metadata points outside of itself.")
  }
}
