/// What a decoder accepts from a peer at most.
package struct DecoderLimits: Hashable, Sendable {
  /// Bytes of one message's metadata.
  package var headerByteCount = 16 << 20
  /// Levels of nested fields, the column itself being the first.
  package var nestingDepth = 64
  /// Fields of a schema, nested ones included.
  package var fieldCount = 65_536
  /// Rows of one batch, and of each nested array.
  ///
  /// Some columns take no bytes for their rows, so a batch's size alone doesn't bound this.
  package var rowCount = Int(Int32.max)
  /// Bytes of all dictionaries in use: their bodies, a little for each array, and what they
  /// refer to themselves.
  package var dictionaryByteCount = 256 << 20
  /// Batches that one dictionary consists of: the first and its deltas.
  package var dictionaryChunkCount = 1024

  package init() {}
}
