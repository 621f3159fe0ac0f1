package import NIOCore

/// One column of a decoded batch, or one child of a nested column, over the memory it came in.
///
/// Rows begin at row 0 of every buffer. Everything has been checked against `type` and `rowCount`,
/// except for what the rows that are null hold. Buffers may lie at any address.
package struct ArrayData: Hashable, Sendable {
  /// The type of the buffers: that of the indices where there is a dictionary.
  package var type: DataType
  package var rowCount: Int
  /// All rows of type `null` count as null; rows of unions and run-end encoded arrays don't.
  package var nullCount: Int
  /// In the order of the Arrow columnar format, validity first where the type has it.
  ///
  /// Validity is empty if nothing is null, offsets may be if there are no rows.
  package var buffers: [ByteBuffer]
  /// One array for each of `type.children`.
  package var children: [ArrayData]
  /// What the rows are indices into.
  package var dictionary: DictionaryValues?

  package init(
    type: DataType,
    rowCount: Int,
    nullCount: Int = 0,
    buffers: [ByteBuffer] = [],
    children: [ArrayData] = [],
    dictionary: DictionaryValues? = nil
  ) {
    self.type = type
    self.rowCount = rowCount
    self.nullCount = nullCount
    self.buffers = buffers
    self.children = children
    self.dictionary = dictionary
  }

  /// Whether the validity bitmap says that the row is null.
  package func isNull(_ row: Int) -> Bool {
    guard self.nullCount > 0, self.type.hasValidity else { return self.type == .null }
    let byte: UInt8? = self.buffers[0].getInteger(at: self.buffers[0].readerIndex + row / 8)
    return byte.map { $0 & (1 << UInt8(row % 8)) == 0 } ?? false
  }
}
