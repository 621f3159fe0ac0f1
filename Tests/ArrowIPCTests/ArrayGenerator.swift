import ArrowIPC
import NIOCore

/// Makes random arrays that are valid for their fields.
struct ArrayGenerator {
  var random: SeededGenerator

  init(seed: Int) {
    self.random = SeededGenerator(seed: seed)
  }

  mutating func batch(_ schema: Schema, rowCount: Int) -> DecodedBatch {
    DecodedBatch(
      rowCount: rowCount,
      columns: schema.fields.map { self.array($0, rowCount: rowCount) }
    )
  }

  mutating func array(
    _ field: Field,
    rowCount: Int,
    mayHaveNulls: Bool = true
  ) -> ArrayData {
    guard let dictionary = field.dictionary else {
      return self.array(field.type, rowCount: rowCount, mayHaveNulls: mayHaveNulls)
    }
    let values = self.array(field.type, rowCount: Int.random(in: 1...100, using: &self.random))
    var indices = ArrayData(type: dictionary.indexType, rowCount: rowCount)
    indices.buffers = [
      self.validity(&indices, mayHaveNulls),
      self.integers(rowCount, bitWidth: dictionary.indexType.bitWidth ?? 8, 0..<values.rowCount),
    ]
    indices.dictionary = DictionaryValues(id: dictionary.id, chunks: [values])
    return indices
  }

  private mutating func array(
    _ type: DataType,
    rowCount: Int,
    mayHaveNulls: Bool = true
  ) -> ArrayData {
    var array = ArrayData(type: type, rowCount: rowCount)
    if type.hasValidity {
      array.buffers = [self.validity(&array, mayHaveNulls)]
    }
    switch type {
    case .null: array.nullCount = rowCount
    case .utf8, .binary: self.fillText(&array, offsetBitWidth: 32)
    case .largeUTF8, .largeBinary: self.fillText(&array, offsetBitWidth: 64)
    case .utf8View, .binaryView: self.fillViews(&array)
    case .list(let element): self.fillList(&array, element, offsetBitWidth: 32)
    case .map(let entries, _): self.fillList(&array, entries, offsetBitWidth: 32, isMap: true)
    case .largeList(let element): self.fillList(&array, element, offsetBitWidth: 64)
    case .listView(let element): self.fillListView(&array, element, offsetBitWidth: 32)
    case .largeListView(let element): self.fillListView(&array, element, offsetBitWidth: 64)
    case .fixedSizeList(let element, let size):
      array.children = [self.array(element, rowCount: rowCount * size)]
    case .struct(let fields):
      array.children = fields.map { self.array($0, rowCount: rowCount) }
    case .union(let mode, let typeIDs, let fields):
      self.fillUnion(&array, mode, typeIDs, fields)
    case .runEndEncoded(let runEnds, let values):
      self.fillRuns(&array, runEnds, values)
    case .bool, .int, .floatingPoint, .fixedSizeBinary, .decimal, .date, .time, .timestamp,
      .duration, .interval:
      array.buffers.append(self.values(type, rowCount))
    }
    return array
  }

  private mutating func validity(_ array: inout ArrayData, _ mayHaveNulls: Bool) -> ByteBuffer {
    guard mayHaveNulls, array.rowCount > 0, self.random.chance(0.6) else { return ByteBuffer() }
    var bytes = [UInt8](repeating: 0, count: (array.rowCount + 7) / 8)
    for row in 0..<array.rowCount {
      if self.random.chance(0.8) {
        bytes[row / 8] |= 1 << UInt8(row % 8)
      } else {
        array.nullCount += 1
      }
    }
    return array.nullCount > 0 ? ByteBuffer(bytes: bytes) : ByteBuffer()
  }

  private mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self.random) }
  }

  private mutating func integers(_ count: Int, bitWidth: Int, _ range: Range<Int>) -> ByteBuffer {
    Self.integers(
      (0..<count).map { _ in Int.random(in: range, using: &self.random) },
      bitWidth: bitWidth
    )
  }

  /// Integers of any width, sign-extended.
  static func integers(_ values: [Int], bitWidth: Int) -> ByteBuffer {
    var buffer = ByteBuffer()
    for value in values {
      for byte in 0..<(bitWidth / 8) {
        buffer.writeInteger(UInt8(truncatingIfNeeded: value >> min(byte * 8, 63)))
      }
    }
    return buffer
  }

  private mutating func values(_ type: DataType, _ rowCount: Int) -> ByteBuffer {
    let bitWidth = type.bitWidth ?? 8
    switch type {
    case .decimal(let precision, _, _):
      let limit = (0..<min(precision, 18)).reduce(1) { result, _ in result * 10 }
      return self.integers(rowCount, bitWidth: bitWidth, (1 - limit)..<limit)
    case .time:
      return self.integers(rowCount, bitWidth: bitWidth, 0..<86_400)
    default:
      return ByteBuffer(bytes: self.bytes((rowCount * bitWidth + 7) / 8))
    }
  }
}

extension ArrayGenerator {
  private mutating func value(isText: Bool) -> [UInt8] {
    isText
      ? Array(
        (["", "duck", "größe", "twelve bytes", "thirteen byte", "🦆 in the 世界", "\0"]
          .randomElement(using: &self.random) ?? "").utf8
      )
      : self.bytes(Int.random(in: 0...20, using: &self.random))
  }

  private mutating func fillText(_ array: inout ArrayData, offsetBitWidth: Int) {
    let isText = array.type == .utf8 || array.type == .largeUTF8
    var offsets = [0]
    var data = ByteBuffer()
    for _ in 0..<array.rowCount {
      data.writeBytes(self.value(isText: isText))
      offsets.append(data.readableBytes)
    }
    array.buffers += [Self.integers(offsets, bitWidth: offsetBitWidth), data]
  }

  private mutating func fillViews(_ array: inout ArrayData) {
    var views = ByteBuffer()
    var data = (0..<Int.random(in: 1...3, using: &self.random)).map { _ in ByteBuffer() }
    for _ in 0..<array.rowCount {
      let value = self.value(isText: array.type == .utf8View)
      views.writeInteger(Int32(value.count), endianness: .little)
      if value.count <= 12 {
        views.writeBytes(value)
        views.writeRepeatingByte(0, count: 12 - value.count)
      } else {
        let index = Int.random(in: data.indices, using: &self.random)
        views.writeBytes(value.prefix(4))
        views.writeInteger(Int32(index), endianness: .little)
        views.writeInteger(Int32(data[index].readableBytes), endianness: .little)
        data[index].writeBytes(value)
      }
    }
    array.buffers += [views] + data
  }

  private mutating func fillList(
    _ array: inout ArrayData,
    _ element: Field,
    offsetBitWidth: Int,
    isMap: Bool = false
  ) {
    var offsets = [0]
    for row in 0..<array.rowCount {
      offsets.append(offsets[row] + Int.random(in: 0...2, using: &self.random))
    }
    array.buffers.append(Self.integers(offsets, bitWidth: offsetBitWidth))
    let rowCount = offsets[array.rowCount]
    guard isMap, case .struct(let members) = element.type else {
      array.children = [self.array(element, rowCount: rowCount)]
      return
    }
    var entries = ArrayData(type: element.type, rowCount: rowCount, buffers: [ByteBuffer()])
    entries.children = [
      self.array(members[0], rowCount: rowCount, mayHaveNulls: false),
      self.array(members[1], rowCount: rowCount),
    ]
    array.children = [entries]
  }

  private mutating func fillListView(
    _ array: inout ArrayData,
    _ element: Field,
    offsetBitWidth: Int
  ) {
    let rowCount = array.rowCount + 3
    let sizes = (0..<array.rowCount).map { _ in Int.random(in: 0...3, using: &self.random) }
    let offsets = sizes.map { Int.random(in: 0...(rowCount - $0), using: &self.random) }
    array.buffers.append(Self.integers(offsets, bitWidth: offsetBitWidth))
    array.buffers.append(Self.integers(sizes, bitWidth: offsetBitWidth))
    array.children = [self.array(element, rowCount: rowCount)]
  }

  private mutating func fillUnion(
    _ array: inout ArrayData,
    _ mode: DataType.UnionMode,
    _ typeIDs: [Int32],
    _ fields: [Field]
  ) {
    let members = (0..<array.rowCount).map { _ in
      Int.random(in: fields.indices, using: &self.random)
    }
    array.buffers.append(Self.integers(members.map { Int(typeIDs[$0]) }, bitWidth: 8))
    var rowCounts = fields.map { _ in array.rowCount }
    if mode == .dense {
      rowCounts = fields.map { _ in 0 }
      let offsets = members.map { member in
        rowCounts[member] += 1
        return rowCounts[member] - 1
      }
      array.buffers.append(Self.integers(offsets, bitWidth: 32))
    }
    array.children = zip(fields, rowCounts).map { self.array($0, rowCount: $1) }
  }

  private mutating func fillRuns(_ array: inout ArrayData, _ runEnds: Field, _ values: Field) {
    var ends: [Int] = []
    while ends.last ?? 0 < array.rowCount {
      ends.append((ends.last ?? 0) + Int.random(in: 1...9, using: &self.random))
    }
    var endArray = ArrayData(type: runEnds.type, rowCount: ends.count)
    endArray.buffers = [
      ByteBuffer(), Self.integers(ends, bitWidth: runEnds.type.bitWidth ?? 64),
    ]
    array.children = [endArray, self.array(values, rowCount: ends.count)]
  }
}
