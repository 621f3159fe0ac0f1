import ArrowIPC
import NIOCore

/// A message as it arrives: metadata and body each in one piece.
struct WireMessage {
  var header: ByteBuffer
  var body: ByteBuffer

  init(header: ByteBuffer, body: ByteBuffer = ByteBuffer()) {
    self.header = header
    self.body = body
  }

  init(_ message: EncodedMessage) {
    self.header = message.header
    self.body = ByteBuffer()
    for part in message.body {
      self.body.writeImmutableBuffer(part)
    }
  }

  /// The whole stream of one batch.
  static func stream(_ schema: Schema, _ batch: DecodedBatch) -> [WireMessage] {
    [WireMessage(header: MessageEncoder.schemaMessage(schema))]
      + Self.dictionaries(of: batch.columns)
      + [WireMessage(MessageEncoder.recordBatch(RecordBatch(batch)))]
  }

  /// What the arrays refer to, inner dictionaries before those that use them.
  private static func dictionaries(of arrays: [ArrayData]) -> [WireMessage] {
    arrays.flatMap { array in
      var messages = Self.dictionaries(of: array.children)
      for (index, chunk) in (array.dictionary?.chunks ?? []).enumerated() {
        messages += Self.dictionaries(of: chunk.children)
        let values = RecordBatch(DecodedBatch(rowCount: chunk.rowCount, columns: [chunk]))
        messages.append(
          WireMessage(
            MessageEncoder.dictionaryBatch(
              id: array.dictionary?.id ?? 0,
              isDelta: index > 0,
              values
            )
          )
        )
      }
      return messages
    }
  }
}

extension StreamDecoder {
  /// Decodes a stream and answers its batches.
  static func decode(
    _ messages: [WireMessage],
    limits: DecoderLimits = DecoderLimits()
  ) throws -> (Schema?, [DecodedBatch]) {
    var decoder = StreamDecoder(limits: limits)
    var batches: [DecodedBatch] = []
    for message in messages {
      if case .batch(let batch) = try decoder.decode(header: message.header, body: message.body) {
        batches.append(batch)
      }
    }
    return (decoder.schema, batches)
  }
}
