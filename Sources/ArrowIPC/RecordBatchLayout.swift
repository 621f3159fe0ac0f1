/// Where the arrays of a record batch lie in its body, as the message claims.
package struct RecordBatchLayout: Sendable {
  struct BufferRange {
    var offset: Int
    var byteCount: Int
  }

  var rowCount: Int
  var nodes: [FieldNode]
  var buffers: [BufferRange]
  var variadicBufferCounts: [Int]
  var version: MetadataVersion
}
