import NIOCore

/// Builds one flatbuffer back to front, as the format wants it: what is referred to comes first.
///
/// Positions are distances from the end of the buffer, which growing doesn't change. Equal vtables
/// are written once. Between `startTable` and `endTable` only scalars and offsets may be added.
struct FlatBufferWriter {
  /// Something already written, to be referred to.
  struct Offset {
    fileprivate var distance: Int
  }

  private var storage: ByteBuffer
  private var capacity: Int
  private var count = 0
  /// Distance of each field of the open table, 0 where absent.
  private var slots: [Int] = []
  private var tableEnd = 0
  private var vtables: [Int] = []

  init(minimumCapacity: Int) {
    self.storage = ByteBufferAllocator().buffer(capacity: minimumCapacity)
    self.capacity = self.storage.capacity
    self.storage.moveWriterIndex(to: self.capacity)
    self.slots.reserveCapacity(8)
    self.vtables.reserveCapacity(8)
  }

  /// Ends the buffer; its size is a multiple of eight, as are the addresses of its 8-byte values.
  consuming func finish(root: Offset) -> ByteBuffer {
    self.align(to: 8, following: 4)
    self.push(reference: root)
    self.storage.moveReaderIndex(to: self.capacity - self.count)
    return self.storage.slice()
  }

  mutating func string(_ value: String) -> Offset {
    let utf8Count = value.utf8.count
    self.align(to: 4, following: utf8Count + 1)
    self.push(UInt8(0))
    self.reserve(utf8Count)
    self.count += utf8Count
    self.storage.setString(value, at: self.capacity - self.count)
    self.push(UInt32(utf8Count))
    return Offset(distance: self.count)
  }

  mutating func vector(_ offsets: [Offset]) -> Offset {
    self.startVector(byteCount: offsets.count * 4, alignment: 4)
    for offset in offsets.reversed() {
      self.push(reference: offset)
    }
    return self.endVector(count: offsets.count)
  }

  /// Begins a vector whose elements are pushed last to first.
  mutating func startVector(byteCount: Int, alignment: Int) {
    self.align(to: max(alignment, 4), following: byteCount)
    self.reserve(byteCount + 4)
  }

  mutating func endVector(count: Int) -> Offset {
    self.push(UInt32(count))
    return Offset(distance: self.count)
  }

  mutating func push<Value: FixedWidthInteger>(_ value: Value) {
    let byteCount = MemoryLayout<Value>.size
    self.reserve(byteCount)
    self.count += byteCount
    self.storage.setInteger(value, at: self.capacity - self.count, endianness: .little)
  }

  mutating func startTable(fieldCount: Int) {
    self.slots.removeAll(keepingCapacity: true)
    for _ in 0..<fieldCount {
      self.slots.append(0)
    }
    self.tableEnd = self.count
  }

  /// Adds a scalar to the open table, unless it is what readers assume in its absence.
  mutating func add<Value: FixedWidthInteger>(
    _ value: Value,
    to field: Int,
    default defaultValue: Value
  ) {
    guard value != defaultValue else { return }
    self.align(to: MemoryLayout<Value>.size, following: MemoryLayout<Value>.size)
    self.push(value)
    self.slots[field] = self.count
  }

  mutating func add(_ value: Bool, to field: Int) {
    self.add(value ? UInt8(1) : 0, to: field, default: 0)
  }

  mutating func add(_ offset: Offset?, to field: Int) {
    guard let offset else { return }
    self.align(to: 4, following: 4)
    self.push(reference: offset)
    self.slots[field] = self.count
  }

  mutating func endTable() -> Offset {
    self.align(to: 4, following: 4)
    self.push(Int32(0))
    let table = self.count
    while self.slots.last == 0 {
      self.slots.removeLast()
    }
    let vtable = self.vtable(of: table)
    self.storage.setInteger(Int32(vtable - table), at: self.capacity - table, endianness: .little)
    return Offset(distance: table)
  }

  /// The distance of the vtable that describes `slots`: one already written, or a new one.
  private mutating func vtable(of table: Int) -> Int {
    let tableByteCount = UInt16(table - self.tableEnd)
    for vtable in self.vtables where self.matches(vtable, table, tableByteCount) {
      return vtable
    }
    for slot in self.slots.reversed() {
      self.push(slot == 0 ? 0 : UInt16(table - slot))
    }
    self.push(tableByteCount)
    self.push(UInt16(4 + self.slots.count * 2))
    self.vtables.append(self.count)
    return self.count
  }

  private func matches(_ vtable: Int, _ table: Int, _ tableByteCount: UInt16) -> Bool {
    let start = self.capacity - vtable
    guard
      self.written(at: start) == UInt16(4 + self.slots.count * 2),
      self.written(at: start + 2) == tableByteCount
    else { return false }
    for (index, slot) in self.slots.enumerated() {
      let expected = slot == 0 ? 0 : UInt16(table - slot)
      guard self.written(at: start + 4 + index * 2) == expected else { return false }
    }
    return true
  }

  private func written(at index: Int) -> UInt16? {
    self.storage.getInteger(at: index, endianness: .little)
  }

  private mutating func push(reference offset: Offset) {
    self.push(UInt32(self.count + 4 - offset.distance))
  }

  /// Pads so that after `byteCount` more bytes the position is a multiple of `alignment`.
  private mutating func align(to alignment: Int, following byteCount: Int) {
    let padding = -(self.count + byteCount) & (alignment - 1)
    self.reserve(padding)
    for _ in 0..<padding {
      self.push(UInt8(0))
    }
  }

  private mutating func reserve(_ byteCount: Int) {
    guard self.count + byteCount > self.capacity else { return }
    self.storage.moveReaderIndex(to: self.capacity - self.count)
    var grown = ByteBufferAllocator().buffer(capacity: 2 * (self.count + byteCount))
    grown.moveWriterIndex(to: grown.capacity)
    grown.setBuffer(self.storage, at: grown.capacity - self.count)
    self.storage = grown
    self.capacity = grown.capacity
  }
}
