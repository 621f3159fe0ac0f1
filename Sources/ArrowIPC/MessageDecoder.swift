package import NIOCore

/// Reads the metadata of IPC messages (versions V4 and V5) from peers that are not trusted.
///
/// Schemas come out checked. Batches come out as a layout, which `StreamDecoder` checks against
/// schema and body.
package struct MessageDecoder: Sendable {
  private let limits: DecoderLimits

  package init(limits: DecoderLimits = DecoderLimits()) {
    self.limits = limits
  }

  /// Decodes a bare flatbuffer, such as `FlightData.data_header`.
  package func decode(_ header: ByteBuffer) throws(ArrowIPCError) -> Message {
    guard header.readableBytes <= self.limits.headerByteCount else {
      throw ArrowIPCError(
        .limitExceeded,
        """
        The metadata has \(header.readableBytes) bytes; at most \(self.limits.headerByteCount) are \
        accepted.
        """
      )
    }
    var reader = FlatBufferReader(header)
    let message = try reader.root()
    let version = try self.version(of: message, reader)
    let code: UInt8 = try reader.scalar(
      FlatBufferField.Message.headerType,
      of: message,
      default: 0
    )
    guard let table = try reader.table(FlatBufferField.Message.header, of: message) else {
      throw ArrowIPCError(.malformedMetadata, "The message has no header.")
    }
    let bodyLength: Int64 = try reader.scalar(
      FlatBufferField.Message.bodyLength,
      of: message,
      default: 0
    )
    guard let bodyByteCount = Int(exactly: bodyLength), bodyByteCount >= 0 else {
      throw ArrowIPCError(.invalidBatch, "The body's length is \(bodyLength).")
    }
    let content: Message.Content =
      switch HeaderCode(rawValue: code) {
      case .schema:
        .schema(try self.schema(table, reader))
      case .dictionaryBatch:
        try self.dictionaryBatch(table, &reader, version)
      case .recordBatch:
        .recordBatch(try self.layout(table, &reader, version))
      case .tensor, .sparseTensor:
        throw ArrowIPCError(.unsupported, "Tensors are not supported.")
      case nil:
        throw ArrowIPCError(.malformedMetadata, "There is no message header of type \(code).")
      }
    return Message(content: content, bodyByteCount: bodyByteCount)
  }

  private func version(
    of message: FlatBufferReader.Table,
    _ reader: FlatBufferReader
  ) throws(ArrowIPCError) -> MetadataVersion {
    let code: Int16 = try reader.scalar(FlatBufferField.Message.version, of: message, default: 0)
    guard let version = MetadataVersion(rawValue: code) else {
      throw ArrowIPCError(
        .unsupported,
        "Metadata version V\(Int(code) + 1) is not supported, V4 and V5 are."
      )
    }
    return version
  }

  private func schema(
    _ table: FlatBufferReader.Table,
    _ reader: FlatBufferReader
  ) throws(ArrowIPCError) -> Schema {
    var decoder = SchemaDecoder(reader, limits: self.limits)
    return try decoder.schema(table)
  }

  private func dictionaryBatch(
    _ table: FlatBufferReader.Table,
    _ reader: inout FlatBufferReader,
    _ version: MetadataVersion
  ) throws(ArrowIPCError) -> Message.Content {
    guard let data = try reader.table(FlatBufferField.DictionaryBatch.data, of: table) else {
      throw ArrowIPCError(.malformedMetadata, "A dictionary batch has no data.")
    }
    return .dictionaryBatch(
      id: try reader.scalar(FlatBufferField.DictionaryBatch.id, of: table, default: 0),
      isDelta: try reader.bool(FlatBufferField.DictionaryBatch.isDelta, of: table),
      try self.layout(data, &reader, version)
    )
  }

  private func layout(
    _ table: FlatBufferReader.Table,
    _ reader: inout FlatBufferReader,
    _ version: MetadataVersion
  ) throws(ArrowIPCError) -> RecordBatchLayout {
    guard try reader.table(FlatBufferField.RecordBatch.compression, of: table) == nil else {
      throw ArrowIPCError(
        .unsupported,
        "Compressed record batches are not supported; send them uncompressed."
      )
    }
    let rowCount: Int64 = try reader.scalar(
      FlatBufferField.RecordBatch.length,
      of: table,
      default: 0
    )
    var layout = RecordBatchLayout(
      rowCount: Int(rowCount),
      nodes: [],
      buffers: [],
      variadicBufferCounts: [],
      version: version
    )

    let nodes = FlatBufferField.RecordBatch.nodes
    if let vector = try reader.vector(nodes, of: table, elementByteCount: 16) {
      layout.nodes.reserveCapacity(vector.count)
      for index in 0..<vector.count {
        let rowCount: Int64 = try reader.element(index, of: vector)
        let nullCount: Int64 = try reader.element(index, of: vector, offset: 8)
        layout.nodes.append(FieldNode(rowCount: Int(rowCount), nullCount: Int(nullCount)))
      }
    }

    let buffers = FlatBufferField.RecordBatch.buffers
    if let vector = try reader.vector(buffers, of: table, elementByteCount: 16) {
      layout.buffers.reserveCapacity(vector.count)
      for index in 0..<vector.count {
        let offset: Int64 = try reader.element(index, of: vector)
        let byteCount: Int64 = try reader.element(index, of: vector, offset: 8)
        layout.buffers.append(.init(offset: Int(offset), byteCount: Int(byteCount)))
      }
    }

    let counts = FlatBufferField.RecordBatch.variadicBufferCounts
    if let vector = try reader.vector(counts, of: table, elementByteCount: 8) {
      layout.variadicBufferCounts.reserveCapacity(vector.count)
      for index in 0..<vector.count {
        let count: Int64 = try reader.element(index, of: vector)
        layout.variadicBufferCounts.append(Int(count))
      }
    }
    return layout
  }
}
