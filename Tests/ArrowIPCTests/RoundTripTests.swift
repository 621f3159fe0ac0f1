import ArrowIPC
import NIOCore
import Testing

struct `Round trips` {
  static let rowCounts = [0, 1, 7, 8, 9, 2048, 2049]

  @Test(arguments: FieldGenerator.flatTypes)
  func `a flat type survives at every row count`(type: DataType) throws {
    for rowCount in Self.rowCounts {
      let schema = Schema(fields: [Field("column", type)])
      var generator = ArrayGenerator(seed: rowCount)
      let batch = generator.batch(schema, rowCount: rowCount)
      let (decodedSchema, batches) = try StreamDecoder.decode(WireMessage.stream(schema, batch))
      #expect(decodedSchema == schema)
      #expect(batches == [batch])
    }
  }

  @Test(arguments: 0..<100)
  func `random nested batches survive`(seed: Int) throws {
    var fields = FieldGenerator(seed: seed)
    let schema = fields.schema(columnCount: seed % 5, depth: 5)
    let rowCount = Self.rowCounts[seed % Self.rowCounts.count]
    var arrays = ArrayGenerator(seed: seed)
    let batch = arrays.batch(schema, rowCount: rowCount)
    let (decodedSchema, batches) = try StreamDecoder.decode(WireMessage.stream(schema, batch))
    #expect(decodedSchema == schema)
    #expect(batches == [batch])
    batches.forEach { TrustingReader.visit($0) }
  }

  @Test func `a body is read at any address`() throws {
    var fields = FieldGenerator(seed: 1)
    var arrays = ArrayGenerator(seed: 1)
    let schema = fields.schema(columnCount: 10, depth: 3)
    let batch = arrays.batch(schema, rowCount: 100)
    for shift in 1...8 {
      let shifted = WireMessage.stream(schema, batch).map { message in
        var header = ByteBuffer(repeating: 1, count: shift)
        header.writeImmutableBuffer(message.header)
        header.moveReaderIndex(forwardBy: shift)
        var body = ByteBuffer(repeating: 1, count: shift)
        body.writeImmutableBuffer(message.body)
        body.moveReaderIndex(forwardBy: shift)
        return WireMessage(header: header, body: body)
      }
      #expect(try StreamDecoder.decode(shifted).1 == [batch])
    }
  }

  @Test func `decoded buffers share the memory of the body`() throws {
    let schema = Schema(fields: [Field("column", .int(bitWidth: 64, isSigned: true))])
    var arrays = ArrayGenerator(seed: 1)
    let stream = WireMessage.stream(schema, arrays.batch(schema, rowCount: 1000))
    let batch = try #require(try StreamDecoder.decode(stream).1.first)
    let values = batch.columns[0].buffers[1].withUnsafeReadableBytes {
      UInt(bitPattern: $0.baseAddress)
    }
    let isShared = stream[1].body.withUnsafeReadableBytes { body in
      let start = UInt(bitPattern: body.baseAddress)
      return start..<(start + UInt(body.count)) ~= values
    }
    #expect(isShared)
  }
}
