/// A record batch that has been checked, over the memory it came in.
package struct DecodedBatch: Hashable, Sendable {
  package var rowCount: Int
  /// One array for each field of the schema.
  package var columns: [ArrayData]

  package init(rowCount: Int, columns: [ArrayData]) {
    self.rowCount = rowCount
    self.columns = columns
  }
}
