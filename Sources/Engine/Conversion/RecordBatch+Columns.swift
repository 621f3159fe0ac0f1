import ArrowIPC

extension RecordBatch {
  /// Adds a field's node and the validity that comes before its other buffers.
  mutating func finishColumn(_ validity: inout ValidityBuffer) {
    self.nodes.append(FieldNode(rowCount: validity.rowCount, nullCount: validity.nullCount))
    self.buffers.append(validity.take())
  }
}
