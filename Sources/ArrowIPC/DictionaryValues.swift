/// The values of a dictionary, shared by all batches that refer to it.
///
/// Deltas are kept as further chunks: index `i` means row `i - rowCount of the chunks before`.
package final class DictionaryValues: Sendable {
  package let id: Int64
  package let chunks: [ArrayData]
  package let rowCount: Int

  package init(id: Int64, chunks: [ArrayData]) {
    self.id = id
    self.chunks = chunks
    self.rowCount = chunks.reduce(0) { $0 + $1.rowCount }
  }
}

extension DictionaryValues: Hashable {
  package static func == (left: DictionaryValues, right: DictionaryValues) -> Bool {
    left === right || (left.id == right.id && left.chunks == right.chunks)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(self.id)
    hasher.combine(self.rowCount)
  }
}
