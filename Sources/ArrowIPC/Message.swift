/// The metadata of one IPC message.
package struct Message: Sendable {
  package enum Content: Sendable {
    case schema(Schema)
    case dictionaryBatch(id: Int64, isDelta: Bool, RecordBatchLayout)
    case recordBatch(RecordBatchLayout)
  }

  package var content: Content
  package var bodyByteCount: Int
}
