package import NIOCore

/// Columns made of values, for the few rows that a server says of itself.
///
/// Each call adds the arrays of one column, or of one child of a nested column; they are to be
/// added depth first, as the schema has them.
extension RecordBatch {
  package mutating func append(numbers: [(some FixedWidthInteger)?]) {
    self.appendNode(numbers.map { $0 != nil })
    self.append(bare: numbers.map { $0 ?? 0 })
  }

  package mutating func append(booleans: [Bool?]) {
    self.appendNode(booleans.map { $0 != nil })
    self.buffers.append(Self.bits(booleans.map { $0 ?? false }))
  }

  package mutating func append(texts: [String?]) {
    self.appendNode(texts.map { $0 != nil })
    self.append(offsetsOf: texts.map { $0?.utf8.count ?? 0 })
    var bytes = ByteBuffer()
    for case let text? in texts { bytes.writeString(text) }
    self.buffers.append(bytes)
  }

  package mutating func append(binaries: [ByteBuffer]) {
    self.appendNode(binaries.map { _ in true })
    self.append(offsetsOf: binaries.map(\.readableBytes))
    var bytes = ByteBufferAllocator().buffer(
      capacity: binaries.reduce(0) { $0 + $1.readableBytes }
    )
    for binary in binaries { bytes.writeImmutableBuffer(binary) }
    self.buffers.append(bytes)
  }

  /// Lists, or maps; the child with all their elements is to be added next.
  package mutating func append(listsOfCounts counts: [Int?]) {
    self.appendNode(counts.map { $0 != nil })
    self.append(offsetsOf: counts.map { $0 ?? 0 })
  }

  /// Structs without nulls; their members are to be added next.
  package mutating func append(structCount: Int) {
    self.nodes.append(FieldNode(rowCount: structCount, nullCount: 0))
    self.buffers.append(ByteBuffer())
  }

  /// A dense union; its children are to be added next, each with the values of its type alone.
  package mutating func append(denseUnionOf typeIDs: [Int8]) {
    self.nodes.append(FieldNode(rowCount: typeIDs.count, nullCount: 0))
    self.append(bare: typeIDs)
    var counts: [Int8: Int32] = [:]
    self.append(
      bare: typeIDs.map { typeID in
        defer { counts[typeID, default: 0] += 1 }
        return counts[typeID, default: 0]
      }
    )
  }

  private mutating func appendNode(_ validity: [Bool]) {
    let nullCount = validity.count { !$0 }
    self.nodes.append(FieldNode(rowCount: validity.count, nullCount: nullCount))
    self.buffers.append(nullCount == 0 ? ByteBuffer() : Self.bits(validity))
  }

  private mutating func append(offsetsOf counts: [Int]) {
    var offsets: [Int32] = [0]
    var end: Int32 = 0
    for count in counts {
      end += Int32(count)
      offsets.append(end)
    }
    self.append(bare: offsets)
  }

  private mutating func append(bare numbers: [some FixedWidthInteger]) {
    var bytes = ByteBuffer()
    for number in numbers { bytes.writeInteger(number, endianness: .little) }
    self.buffers.append(bytes)
  }

  private static func bits(_ values: [Bool]) -> ByteBuffer {
    var bytes = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    for (index, value) in values.enumerated() where value {
      bytes[index / 8] |= 1 << UInt8(index % 8)
    }
    return ByteBuffer(bytes: bytes)
  }
}
