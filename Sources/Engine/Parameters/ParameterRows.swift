internal import ArrowIPC

/// Rows of values for a statement's parameters, as a client sent them.
struct ParameterRows: Sendable {
  /// What didn't fit into memory.
  struct Overflow: Sendable {
    var file: SpoolFile
    /// The decoder as it was before the file's first message.
    var decoder: StreamDecoder
  }

  let fields: [Field]
  /// For each parameter, which of the fields has its values.
  let columns: [Int]
  var batches: [DecodedBatch] = []
  /// Rows that are kept have none.
  var overflow: Overflow?
  var rowCount = 0
  /// What the batches take of the memory for all.
  let memory: ByteBudget.Share
}
