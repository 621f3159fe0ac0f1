import ArrowIPC
import NIOCore

/// Encodes decoded batches again, sending dictionaries and deltas as they come up.
struct StreamEncoder {
  private(set) var bytes = ByteBuffer()
  private var sent: [Int64: DictionaryValues] = [:]

  init(_ schema: Schema) {
    self.bytes.writeImmutableBuffer(MessageEncoder.encapsulatedSchema(schema))
  }

  mutating func write(_ batch: DecodedBatch) {
    self.writeDictionaries(of: batch.columns)
    self.write(MessageEncoder.recordBatch(RecordBatch(batch)))
  }

  /// Sends what the arrays refer to, inner dictionaries before those that use them.
  private mutating func writeDictionaries(of arrays: [ArrayData]) {
    for array in arrays {
      self.writeDictionaries(of: array.children)
      guard let dictionary = array.dictionary, !dictionary.chunks.isEmpty,
        self.sent[dictionary.id] !== dictionary
      else { continue }
      let present = self.sent[dictionary.id]?.chunks ?? []
      let isExtended =
        !present.isEmpty && dictionary.chunks.count > present.count
        && Array(dictionary.chunks.prefix(present.count)) == present
      self.sent[dictionary.id] = dictionary
      for (index, chunk) in dictionary.chunks.enumerated().dropFirst(isExtended ? present.count : 0)
      {
        self.writeDictionaries(of: chunk.children)
        let values = DecodedBatch(rowCount: chunk.rowCount, columns: [chunk])
        self.write(
          MessageEncoder.dictionaryBatch(
            id: dictionary.id,
            isDelta: index > 0,
            RecordBatch(values)
          )
        )
      }
    }
  }

  private mutating func write(_ message: EncodedMessage) {
    self.bytes.writeImmutableBuffer(MessageEncoder.encapsulated(message.header))
    for part in message.body {
      self.bytes.writeImmutableBuffer(part)
    }
  }
}
