package import NIOCore

/// Rows in column order, as the buffers of an IPC record batch.
///
/// `nodes` and `buffers` are in the depth-first order of the schema's fields that the Arrow
/// columnar format prescribes (section "RecordBatch message"). Buffers are not padded; the
/// encoder pads them. An empty buffer stands for one that is absent, such as the validity of a
/// column without nulls.
package struct RecordBatch: Sendable {
  package var rowCount: Int
  package var nodes: [FieldNode]
  package var buffers: [ByteBuffer]
  /// One count of data buffers for each view column.
  package var variadicBufferCounts: [Int]

  package init(
    rowCount: Int,
    nodes: [FieldNode],
    buffers: [ByteBuffer],
    variadicBufferCounts: [Int] = []
  ) {
    self.rowCount = rowCount
    self.nodes = nodes
    self.buffers = buffers
    self.variadicBufferCounts = variadicBufferCounts
  }
}

/// Length and null count of one field of a record batch.
package struct FieldNode: Hashable, Sendable {
  package var rowCount: Int
  package var nullCount: Int

  package init(rowCount: Int, nullCount: Int) {
    self.rowCount = rowCount
    self.nullCount = nullCount
  }
}
