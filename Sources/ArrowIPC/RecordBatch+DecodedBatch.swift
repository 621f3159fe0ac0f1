extension RecordBatch {
  /// The batch with its arrays laid out for sending; dictionaries are sent on their own.
  package init(_ batch: DecodedBatch) {
    self.init(rowCount: batch.rowCount, nodes: [], buffers: [])
    for column in batch.columns {
      self.append(column)
    }
  }

  private mutating func append(_ array: ArrayData) {
    self.nodes.append(FieldNode(rowCount: array.rowCount, nullCount: array.nullCount))
    self.buffers.append(contentsOf: array.buffers)
    if array.type.isView {
      self.variadicBufferCounts.append(array.buffers.count - array.type.bufferCount)
    }
    for child in array.children {
      self.append(child)
    }
  }
}
