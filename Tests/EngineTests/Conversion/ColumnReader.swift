import ArrowIPC
import NIOCore

/// Reads a record batch column by column, checking its form on the way.
///
/// It shares no code with what makes batches.
struct ColumnReader {
  struct Malformed: Error {
    var reason: String
  }

  private var nodes: ArraySlice<FieldNode>
  private var buffers: ArraySlice<ByteBuffer>

  /// The columns of a batch, each with a cell for every row.
  static func columns(of batch: RecordBatch, schema: Schema) throws -> [[Cell]] {
    var reader = ColumnReader(nodes: batch.nodes[...], buffers: batch.buffers[...])
    var columns: [[Cell]] = []
    for field in schema.fields {
      let column = try reader.column(field)
      try Self.check(column.count == batch.rowCount, "rows of \(field.name)")
      columns.append(column)
    }
    try Self.check(reader.nodes.isEmpty && reader.buffers.isEmpty, "nothing is left over")
    return columns
  }

  private mutating func column(_ field: Field) throws -> [Cell] {
    guard let node = self.nodes.popFirst() else {
      throw Malformed(reason: "no node for \(field.name)")
    }
    let count = node.rowCount
    switch field.type {
    case .null:
      try Self.check(node.nullCount == count, "null count of \(field.name)")
      return Array(repeating: .null, count: count)
    case .union(_, _, let fields):
      try Self.check(node.nullCount == 0, "null count of \(field.name)")
      let tags = try self.integers(UInt8.self, count)
      let members = try fields.map { try self.column($0) }
      return tags.enumerated().map { row, tag in .union(tag: Int(tag), members[Int(tag)][row]) }
    default:
      let isValid = try self.validity(node, name: field.name)
      let values = try self.values(field, count)
      try Self.check(values.count == count, "values of \(field.name)")
      return zip(isValid, values).map { $0 ? $1 : .null }
    }
  }

  private mutating func validity(_ node: FieldNode, name: String) throws -> [Bool] {
    let bitmap = try self.next()
    if bitmap.readableBytes == 0 {
      try Self.check(node.nullCount == 0, "null count of \(name)")
      return Array(repeating: true, count: node.rowCount)
    }
    let bits = try Self.bits(bitmap, node.rowCount)
    try Self.check(bits.count { !$0 } == node.nullCount, "null count of \(name)")
    return bits
  }

  private mutating func values(_ field: Field, _ count: Int) throws -> [Cell] {
    switch field.type {
    case .bool:
      try Self.bits(self.next(), count).map { .bool($0) }
    case .int(8, true): try self.integers(Int8.self, count).map { .int(Int128($0)) }
    case .int(16, true): try self.integers(Int16.self, count).map { .int(Int128($0)) }
    case .int(32, true), .date(.day):
      try self.integers(Int32.self, count).map { .int(Int128($0)) }
    case .int(64, true), .time(.microsecond), .time(.nanosecond), .timestamp:
      try self.integers(Int64.self, count).map { .int(Int128($0)) }
    case .int(8, false): try self.integers(UInt8.self, count).map { .int(Int128($0)) }
    case .int(16, false): try self.integers(UInt16.self, count).map { .int(Int128($0)) }
    case .int(32, false): try self.integers(UInt32.self, count).map { .int(Int128($0)) }
    case .int(64, false): try self.integers(UInt64.self, count).map { .int(Int128($0)) }
    case .decimal: try self.integers(Int128.self, count).map { .int($0) }
    case .floatingPoint(.single):
      try self.integers(UInt32.self, count).map { .float(Double(Float(bitPattern: $0))) }
    case .floatingPoint(.double):
      try self.integers(UInt64.self, count).map { .float(Double(bitPattern: $0)) }
    case .interval(.monthDayNano): try self.intervals(count)
    case .utf8: try self.slices(count).map { .text(try Self.text($0)) }
    case .binary: try self.slices(count).map { .bytes($0) }
    case .list(let element), .map(let element, _): try self.lists(element, count)
    case .fixedSizeList(let element, let size):
      try self.arrays(element, size: Int(size), count)
    case .struct(let members): try self.rows(members, count)
    default: throw Malformed(reason: "unexpected type \(field.type)")
    }
  }

  private mutating func intervals(_ count: Int) throws -> [Cell] {
    try self.integers(UInt128.self, count).map { bits in
      .interval(
        months: Int32(truncatingIfNeeded: bits),
        days: Int32(truncatingIfNeeded: bits >> 32),
        nanos: Int64(truncatingIfNeeded: bits >> 64)
      )
    }
  }

  private mutating func slices(_ count: Int) throws -> [[UInt8]] {
    let offsets = try self.offsets(count)
    let bytes = Array(try self.next().readableBytesView)
    try Self.check(bytes.count == offsets.last, "the last offset is the end")
    return zip(offsets, offsets.dropFirst()).map { Array(bytes[$0..<$1]) }
  }

  private mutating func lists(_ element: Field, _ count: Int) throws -> [Cell] {
    let offsets = try self.offsets(count)
    let elements = try self.column(element)
    try Self.check(elements.count == offsets.last, "the last offset is the end")
    return zip(offsets, offsets.dropFirst()).map { .list(Array(elements[$0..<$1])) }
  }

  private mutating func arrays(_ element: Field, size: Int, _ count: Int) throws -> [Cell] {
    let elements = try self.column(element)
    try Self.check(elements.count == count * size, "elements of \(element.name)")
    return (0..<count).map { .list(Array(elements[($0 * size)..<(($0 + 1) * size)])) }
  }

  private mutating func rows(_ members: [Field], _ count: Int) throws -> [Cell] {
    let columns = try members.map { try self.column($0) }
    try Self.check(columns.allSatisfy { $0.count == count }, "members are of one length")
    return (0..<count).map { row in .row(columns.map { $0[row] }) }
  }

  private mutating func offsets(_ count: Int) throws -> [Int] {
    let offsets = try self.integers(Int32.self, count + 1).map { Int($0) }
    try Self.check(offsets.first == 0, "offsets start at zero")
    try Self.check(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }, "offsets rise")
    return offsets
  }

  private mutating func integers<Number: FixedWidthInteger>(
    _ type: Number.Type,
    _ count: Int
  ) throws -> [Number] {
    var buffer = try self.next()
    let size = MemoryLayout<Number>.size
    try Self.check(buffer.readableBytes == count * size, "a buffer of \(count) numbers")
    return (0..<count).compactMap { _ in buffer.readInteger(endianness: .little) }
  }

  private mutating func next() throws -> ByteBuffer {
    guard let buffer = self.buffers.popFirst() else {
      throw Malformed(reason: "too few buffers")
    }
    return buffer
  }

  private static func bits(_ buffer: ByteBuffer, _ count: Int) throws -> [Bool] {
    let bytes = Array(buffer.readableBytesView)
    try Self.check(bytes.count == (count + 7) / 8, "a bitmap of \(count) bits")
    return (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
  }

  private static func text(_ bytes: [UInt8]) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Malformed(reason: "a text that isn't UTF-8")
    }
    return text
  }

  private static func check(_ isFine: Bool, _ what: String) throws {
    guard isFine else {
      throw Malformed(reason: "expected: \(what)")
    }
  }
}
