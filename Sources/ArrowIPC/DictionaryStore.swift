import NIOCore

/// The dictionaries of a stream as they are at present.
struct DictionaryStore: Sendable {
  /// Roughly what an array takes besides its part of the body.
  private static let arrayByteCount = 256

  private(set) var values: [Int64: DictionaryValues] = [:]
  private let limits: DecoderLimits
  /// What the values of each dictionary are, as the schema says.
  private var fields: [Int64: Field] = [:]
  private var byteCounts: [Int64: Int] = [:]
  private var totalByteCount = 0

  init(limits: DecoderLimits) {
    self.limits = limits
  }

  /// Notes the dictionaries that the fields refer to.
  mutating func declare(_ declared: [Field]) throws(ArrowIPCError) {
    for field in declared {
      if let dictionary = field.dictionary {
        let values = Field("values of dictionary \(dictionary.id)", field.type)
        guard self.fields[dictionary.id, default: values] == values else {
          throw ArrowIPCError(
            .invalidSchema,
            "Fields share dictionary \(dictionary.id) and disagree on the type of its values."
          )
        }
        self.fields[dictionary.id] = values
      }
      try self.declare(field.type.children)
    }
  }

  /// Takes the batch in as the dictionary's values, or as further ones.
  mutating func update(
    id: Int64,
    isDelta: Bool,
    _ layout: RecordBatchLayout,
    _ body: ByteBuffer
  ) throws(ArrowIPCError) {
    guard let field = self.fields[id] else {
      throw ArrowIPCError(
        .unexpectedMessage,
        "A batch came for dictionary \(id), which the schema doesn't have."
      )
    }
    let columns = try ArrayDecoder.columns(of: [field], layout, body, self.values, self.limits)
    var chunks: [ArrayData] = []
    var byteCount = body.readableBytes + layout.nodes.count * Self.arrayByteCount
    byteCount += columns.reduce(0) { $0 + self.byteCountOfDictionaries(in: $1) }
    let previousByteCount = self.byteCounts[id, default: 0]
    if isDelta, let present = self.values[id] {
      chunks = present.chunks
      byteCount += previousByteCount
    }
    chunks += columns
    guard chunks.count <= self.limits.dictionaryChunkCount else {
      throw ArrowIPCError(
        .limitExceeded,
        """
        Dictionary \(id) came in more than \(self.limits.dictionaryChunkCount) parts; send it anew.
        """
      )
    }
    self.byteCounts[id] = byteCount
    self.totalByteCount += byteCount - previousByteCount
    guard self.totalByteCount <= self.limits.dictionaryByteCount else {
      throw ArrowIPCError(
        .limitExceeded,
        "The dictionaries take more than \(self.limits.dictionaryByteCount) bytes."
      )
    }
    let updated = DictionaryValues(id: id, chunks: chunks)
    guard updated.rowCount <= self.limits.rowCount else {
      throw ArrowIPCError(
        .limitExceeded,
        "Dictionary \(id) has more than \(self.limits.rowCount) values."
      )
    }
    self.values[id] = updated
  }

  /// The bytes of the dictionaries that an array refers to: it keeps them when others replace them.
  private func byteCountOfDictionaries(in array: ArrayData) -> Int {
    let own = array.dictionary.map { self.byteCounts[$0.id, default: 0] } ?? 0
    return array.children.reduce(own) { $0 + self.byteCountOfDictionaries(in: $1) }
  }
}
