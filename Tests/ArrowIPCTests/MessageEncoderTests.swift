import ArrowIPC
import NIOCore
import Testing

struct `Message encoder` {
  private static let byte = DataType.int(bitWidth: 8, isSigned: false)

  private static func batch(_ schema: Schema, rowCount: Int, seed: Int) -> RecordBatch {
    var arrays = ArrayGenerator(seed: seed)
    return RecordBatch(arrays.batch(schema, rowCount: rowCount))
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65])
  func `every buffer begins at a multiple of eight`(rowCount: Int) {
    let schema = Schema(fields: FieldGenerator.flatTypes.map { Field("", $0) })
    let batch = Self.batch(schema, rowCount: rowCount, seed: rowCount)
    let message = MessageEncoder.recordBatch(batch)
    var position = 0
    var buffers = batch.buffers.filter { $0.readableBytes > 0 }[...]
    for part in message.body {
      if part == buffers.first, position % 8 == 0 {
        buffers.removeFirst()
      }
      position += part.readableBytes
    }
    #expect(buffers.isEmpty)
    #expect(position == message.bodyByteCount)
    #expect(position % 8 == 0)
  }

  @Test(arguments: 0..<50)
  func `metadata ends at a multiple of eight`(seed: Int) throws {
    var fields = FieldGenerator(seed: seed)
    let schema = fields.schema(columnCount: seed % 4, depth: 3)
    let header = MessageEncoder.schemaMessage(schema)
    #expect(header.readableBytes % 8 == 0)
    var encapsulated = MessageEncoder.encapsulatedSchema(schema)
    #expect(encapsulated.readInteger(endianness: .little, as: UInt32.self) == .max)
    let byteCount: UInt32? = encapsulated.readInteger(endianness: .little)
    #expect(byteCount.map { Int($0) } == header.readableBytes)
    #expect(encapsulated == header)
    let batch = MessageEncoder.recordBatch(Self.batch(schema, rowCount: seed, seed: seed))
    #expect(batch.header.readableBytes % 8 == 0)
  }

  @Test func `column data isn't copied`() {
    let values = ByteBuffer(repeating: 1, count: 1000)
    let column = ArrayData(type: Self.byte, rowCount: 1000, buffers: [ByteBuffer(), values])
    let message = MessageEncoder.recordBatch(
      RecordBatch(DecodedBatch(rowCount: 1000, columns: [column]))
    )
    let addresses = [values, message.body[0]].map { buffer in
      buffer.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
    }
    #expect(addresses[0] == addresses[1])
  }

  @Test func `a thousand columns survive`() throws {
    let metadata = [KeyValue("key", "value")]
    let schema = Schema(
      fields: (0..<1000).map { index in
        Field(
          "column \(index)",
          FieldGenerator.flatTypes[index % FieldGenerator.flatTypes.count],
          isNullable: index % 2 == 0,
          metadata: index % 3 == 0 ? metadata : []
        )
      }
    )
    var arrays = ArrayGenerator(seed: 1)
    let batch = arrays.batch(schema, rowCount: 20)
    let (decodedSchema, batches) = try StreamDecoder.decode(WireMessage.stream(schema, batch))
    #expect(decodedSchema == schema)
    #expect(batches == [batch])
  }

  @Test func `the same schema has the same bytes`() {
    for seed in 0..<20 {
      var (first, second) = (FieldGenerator(seed: seed), FieldGenerator(seed: seed))
      let schemas = [
        first.schema(columnCount: 5, depth: 3), second.schema(columnCount: 5, depth: 3),
      ]
      #expect(
        MessageEncoder.schemaMessage(schemas[0]) == MessageEncoder.schemaMessage(schemas[1])
      )
    }
  }

  @Test func `bodies may be larger than four gigabytes`() throws {
    // All columns share one buffer, so that the body takes no memory.
    let rowCount = 32 << 20
    let columnCount = 200
    let values = ByteBuffer(repeating: 0, count: rowCount)
    let batch = RecordBatch(
      rowCount: rowCount,
      nodes: Array(repeating: FieldNode(rowCount: rowCount, nullCount: 0), count: columnCount),
      buffers: (0..<columnCount).flatMap { _ in [ByteBuffer(), values] }
    )
    let message = MessageEncoder.recordBatch(batch)
    #expect(message.bodyByteCount == rowCount * columnCount)
    let decoded = try MessageDecoder().decode(message.header)
    #expect(decoded.bodyByteCount == rowCount * columnCount)
  }
}
