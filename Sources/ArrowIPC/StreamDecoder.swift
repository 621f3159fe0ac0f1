package import NIOCore

/// Decodes the messages of one Flight stream: a schema, then batches and their dictionaries.
///
/// Decoded arrays share the memory of the bodies. They have been checked completely, so that who
/// reads them may trust lengths, offsets, indices, type ids and text.
package struct StreamDecoder: Sendable {
  /// What a message brought.
  package enum Event: Sendable {
    case schema(Schema)
    /// Later batches refer to the new values.
    case dictionary(id: Int64)
    case batch(DecodedBatch)
  }

  package private(set) var schema: Schema?
  private let limits: DecoderLimits
  private var dictionaries: DictionaryStore

  package init(limits: DecoderLimits = DecoderLimits()) {
    self.limits = limits
    self.dictionaries = DictionaryStore(limits: limits)
  }

  /// Decodes `FlightData.data_header` and `FlightData.data_body`.
  ///
  /// After an error the stream is of no more use.
  package mutating func decode(
    header: ByteBuffer,
    body: ByteBuffer
  ) throws(ArrowIPCError) -> Event {
    let message = try MessageDecoder(limits: self.limits).decode(header)
    guard message.bodyByteCount <= body.readableBytes else {
      throw ArrowIPCError(
        .invalidBatch,
        """
        The body has \(body.readableBytes) bytes where the message announced \
        \(message.bodyByteCount).
        """
      )
    }
    switch message.content {
    case .schema(let schema):
      guard self.schema == nil else {
        throw ArrowIPCError(.unexpectedMessage, "The stream has a second schema.")
      }
      try self.dictionaries.declare(schema.fields)
      self.schema = schema
      return .schema(schema)
    case .dictionaryBatch(let id, let isDelta, let layout):
      try self.dictionaries.update(id: id, isDelta: isDelta, layout, body)
      return .dictionary(id: id)
    case .recordBatch(let layout):
      guard let schema = self.schema else {
        throw ArrowIPCError(.unexpectedMessage, "A record batch came before the schema.")
      }
      let columns = try ArrayDecoder.columns(
        of: schema.fields,
        layout,
        body,
        self.dictionaries.values,
        self.limits
      )
      return .batch(DecodedBatch(rowCount: layout.rowCount, columns: columns))
    }
  }
}
