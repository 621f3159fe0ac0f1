package import NIOCore

/// Writes the messages of the Arrow IPC format (metadata version V5).
///
/// Column data is never copied: bodies are made of the caller's buffers. Each buffer begins at a
/// multiple of 8 bytes, the alignment Arrow requires; the 64 it recommends would only add padding,
/// since the receiver's transport decides where a body lies in memory.
package enum MessageEncoder {
  /// A schema as the bare flatbuffer of `FlightData.data_header`.
  package static func schemaMessage(_ schema: Schema) -> ByteBuffer {
    var writer = FlatBufferWriter(minimumCapacity: 256 + 96 * schema.fields.count)
    let header = writer.write(schema)
    return Self.message(&writer, .schema, header, bodyByteCount: 0)
  }

  /// A schema as `FlightInfo.schema`, `SchemaResult` and the column `table_schema` carry it.
  package static func encapsulatedSchema(_ schema: Schema) -> ByteBuffer {
    Self.encapsulated(Self.schemaMessage(schema))
  }

  /// Puts the prefix of the IPC stream format before a message's metadata.
  package static func encapsulated(_ header: ByteBuffer) -> ByteBuffer {
    var result = ByteBufferAllocator().buffer(capacity: 8 + header.readableBytes)
    result.writeInteger(UInt32.max)
    result.writeInteger(UInt32(header.readableBytes), endianness: .little)
    result.writeImmutableBuffer(header)
    return result
  }

  package static func recordBatch(_ batch: RecordBatch) -> EncodedMessage {
    var writer = FlatBufferWriter(minimumCapacity: Self.headerCapacity(for: batch))
    let bodyByteCount = Self.bodyByteCount(of: batch)
    let header = writer.write(batch, bodyByteCount: bodyByteCount)
    return EncodedMessage(
      header: Self.message(&writer, .recordBatch, header, bodyByteCount: bodyByteCount),
      body: Self.body(of: batch),
      bodyByteCount: bodyByteCount,
      rowCount: batch.rowCount
    )
  }

  /// The values of a dictionary: one column, replacing those sent before or added to them.
  package static func dictionaryBatch(
    id: Int64,
    isDelta: Bool = false,
    _ values: RecordBatch
  ) -> EncodedMessage {
    var writer = FlatBufferWriter(minimumCapacity: Self.headerCapacity(for: values))
    let bodyByteCount = Self.bodyByteCount(of: values)
    let data = writer.write(values, bodyByteCount: bodyByteCount)
    writer.startTable(fieldCount: 3)
    writer.add(id, to: FlatBufferField.DictionaryBatch.id, default: 0)
    writer.add(data, to: FlatBufferField.DictionaryBatch.data)
    writer.add(isDelta, to: FlatBufferField.DictionaryBatch.isDelta)
    let header = writer.endTable()
    return EncodedMessage(
      header: Self.message(&writer, .dictionaryBatch, header, bodyByteCount: bodyByteCount),
      body: Self.body(of: values),
      bodyByteCount: bodyByteCount
    )
  }
}

extension MessageEncoder {
  private static let alignment = 8
  private static let padding = ByteBuffer(repeating: 0, count: alignment)

  private static func message(
    _ writer: inout FlatBufferWriter,
    _ code: HeaderCode,
    _ header: FlatBufferWriter.Offset,
    bodyByteCount: Int
  ) -> ByteBuffer {
    writer.startTable(fieldCount: 4)
    writer.add(Int64(bodyByteCount), to: FlatBufferField.Message.bodyLength, default: 0)
    writer.add(header, to: FlatBufferField.Message.header)
    writer.add(MetadataVersion.v5.rawValue, to: FlatBufferField.Message.version, default: 0)
    writer.add(code.rawValue, to: FlatBufferField.Message.headerType, default: 0)
    let root = writer.endTable()
    return writer.finish(root: root)
  }

  /// Enough that the writer need not grow.
  private static func headerCapacity(for batch: RecordBatch) -> Int {
    192 + 16 * (batch.nodes.count + batch.buffers.count) + 8 * batch.variadicBufferCounts.count
  }

  private static func bodyByteCount(of batch: RecordBatch) -> Int {
    batch.buffers.reduce(0) { $0 + Self.padded($1.readableBytes) }
  }

  static func padded(_ byteCount: Int) -> Int {
    (byteCount + Self.alignment - 1) & -Self.alignment
  }

  private static func body(of batch: RecordBatch) -> [ByteBuffer] {
    var body: [ByteBuffer] = []
    body.reserveCapacity(2 * batch.buffers.count)
    for buffer in batch.buffers where buffer.readableBytes > 0 {
      body.append(buffer)
      let missing = Self.padded(buffer.readableBytes) - buffer.readableBytes
      if missing > 0, let zeros = Self.padding.getSlice(at: 0, length: missing) {
        body.append(zeros)
      }
    }
    return body
  }
}

extension FlatBufferWriter {
  /// Writes the table `RecordBatch`, whose buffers end at `bodyByteCount`.
  fileprivate mutating func write(_ batch: RecordBatch, bodyByteCount: Int) -> Offset {
    let variadicBufferCounts: Offset? =
      batch.variadicBufferCounts.isEmpty ? nil : self.write(counts: batch.variadicBufferCounts)

    // Structs are pushed last field first.
    self.startVector(byteCount: batch.buffers.count * 16, alignment: 8)
    var end = bodyByteCount
    for buffer in batch.buffers.reversed() {
      end -= MessageEncoder.padded(buffer.readableBytes)
      self.push(Int64(buffer.readableBytes))
      self.push(Int64(end))
    }
    let buffers = self.endVector(count: batch.buffers.count)

    self.startVector(byteCount: batch.nodes.count * 16, alignment: 8)
    for node in batch.nodes.reversed() {
      self.push(Int64(node.nullCount))
      self.push(Int64(node.rowCount))
    }
    let nodes = self.endVector(count: batch.nodes.count)

    self.startTable(fieldCount: 5)
    self.add(Int64(batch.rowCount), to: FlatBufferField.RecordBatch.length, default: 0)
    self.add(nodes, to: FlatBufferField.RecordBatch.nodes)
    self.add(buffers, to: FlatBufferField.RecordBatch.buffers)
    self.add(variadicBufferCounts, to: FlatBufferField.RecordBatch.variadicBufferCounts)
    return self.endTable()
  }

  private mutating func write(counts: [Int]) -> Offset {
    self.startVector(byteCount: counts.count * 8, alignment: 8)
    for count in counts.reversed() {
      self.push(Int64(count))
    }
    return self.endVector(count: counts.count)
  }
}
