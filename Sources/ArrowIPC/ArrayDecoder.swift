import NIOCore

/// Cuts the body of a record batch into the arrays that its schema asks for.
struct ArrayDecoder {
  private let layout: RecordBatchLayout
  private let body: ByteBuffer
  private let dictionaries: [Int64: DictionaryValues]
  private let limits: DecoderLimits
  private var validator: ArrayValidator
  private var nodeIndex = 0
  private var bufferIndex = 0
  private var variadicIndex = 0

  /// Decodes and checks one array for each field.
  static func columns(
    of fields: [Field],
    _ layout: RecordBatchLayout,
    _ body: ByteBuffer,
    _ dictionaries: [Int64: DictionaryValues],
    _ limits: DecoderLimits
  ) throws(ArrowIPCError) -> [ArrayData] {
    try Self.checkRanges(layout.buffers, bodyByteCount: body.readableBytes)
    var decoder = ArrayDecoder(
      layout: layout,
      body: body,
      dictionaries: dictionaries,
      limits: limits
    )
    try decoder.checkRowCount(layout.rowCount)
    var columns: [ArrayData] = []
    columns.reserveCapacity(fields.count)
    for (index, field) in fields.enumerated() {
      do throws(ArrowIPCError) {
        let column = try decoder.array(field)
        guard column.rowCount == layout.rowCount else {
          throw ArrowIPCError(
            .invalidBatch,
            "\(column.rowCount) rows in a batch of \(layout.rowCount)."
          )
        }
        columns.append(column)
      } catch {
        throw error.inside("Column \(index)", field.name)
      }
    }
    try decoder.finish()
    return columns
  }

  private init(
    layout: RecordBatchLayout,
    body: ByteBuffer,
    dictionaries: [Int64: DictionaryValues],
    limits: DecoderLimits
  ) {
    self.layout = layout
    self.body = body
    self.dictionaries = dictionaries
    self.limits = limits
    self.validator = ArrayValidator(bodyByteCount: body.readableBytes)
  }

  /// Buffers must lie in the body, and not overlap: a small body that is used a thousand times
  /// would cost a thousand times its size to check.
  private static func checkRanges(
    _ ranges: [RecordBatchLayout.BufferRange],
    bodyByteCount: Int
  ) throws(ArrowIPCError) {
    var total = 0
    for range in ranges {
      guard range.byteCount >= 0, range.offset >= 0,
        range.byteCount <= bodyByteCount, range.offset <= bodyByteCount - range.byteCount
      else {
        throw ArrowIPCError(
          .invalidBatch,
          """
          A buffer of \(range.byteCount) bytes at \(range.offset) lies outside of a body of \
          \(bodyByteCount) bytes.
          """
        )
      }
      total += range.byteCount
      guard total <= bodyByteCount else {
        throw ArrowIPCError(.invalidBatch, "The buffers of the batch overlap.")
      }
    }
  }

  private func finish() throws(ArrowIPCError) {
    guard self.nodeIndex == self.layout.nodes.count,
      self.bufferIndex == self.layout.buffers.count,
      self.variadicIndex == self.layout.variadicBufferCounts.count
    else {
      throw ArrowIPCError(.invalidBatch, "The batch has more arrays or buffers than its schema.")
    }
  }

  private mutating func array(_ field: Field) throws(ArrowIPCError) -> ArrayData {
    let node = try self.nextNode()
    var array = try self.array(field.dictionary?.indexType ?? field.type, node)
    if let id = field.dictionary?.id {
      // A dictionary may be missing where every row is null: it then has no values to refer to.
      array.dictionary = self.dictionaries[id] ?? DictionaryValues(id: id, chunks: [])
    }
    try self.validator.validate(array)
    return array
  }

  private mutating func array(
    _ type: DataType,
    _ node: FieldNode
  ) throws(ArrowIPCError) -> ArrayData {
    var array = ArrayData(type: type, rowCount: node.rowCount)
    if type.hasValidity {
      array.nullCount = node.nullCount
      let validity = try self.nextBuffer()
      array.buffers.append(node.nullCount == 0 ? ByteBuffer() : validity)
    } else if type == .null {
      array.nullCount = node.rowCount
    } else if case .union = type, self.layout.version == .v4 {
      guard try self.nextBuffer().readableBytes == 0 || node.nullCount == 0 else {
        throw ArrowIPCError(.unsupported, "A union has nulls of its own, as before Arrow 1.0.")
      }
    }
    while array.buffers.count < type.bufferCount {
      array.buffers.append(try self.nextBuffer())
    }
    if type.isView {
      for _ in 0..<(try self.nextVariadicBufferCount()) {
        array.buffers.append(try self.nextBuffer())
      }
    }
    for child in type.children {
      do throws(ArrowIPCError) {
        array.children.append(try self.array(child))
      } catch {
        throw error.inside("child", child.name)
      }
    }
    return array
  }

  private mutating func nextNode() throws(ArrowIPCError) -> FieldNode {
    guard self.nodeIndex < self.layout.nodes.count else {
      throw ArrowIPCError(.invalidBatch, "The batch has fewer arrays than its schema.")
    }
    let node = self.layout.nodes[self.nodeIndex]
    self.nodeIndex += 1
    try self.checkRowCount(node.rowCount)
    guard 0...node.rowCount ~= node.nullCount else {
      throw ArrowIPCError(.invalidBatch, "\(node.nullCount) of \(node.rowCount) rows are null.")
    }
    return node
  }

  private func checkRowCount(_ rowCount: Int) throws(ArrowIPCError) {
    guard rowCount >= 0 else {
      throw ArrowIPCError(.invalidBatch, "An array has \(rowCount) rows.")
    }
    guard rowCount <= self.limits.rowCount else {
      throw ArrowIPCError(
        .limitExceeded,
        "An array has \(rowCount) rows; at most \(self.limits.rowCount) are accepted."
      )
    }
  }

  private mutating func nextBuffer() throws(ArrowIPCError) -> ByteBuffer {
    guard self.bufferIndex < self.layout.buffers.count else {
      throw ArrowIPCError(.invalidBatch, "The batch has fewer buffers than its schema.")
    }
    let range = self.layout.buffers[self.bufferIndex]
    self.bufferIndex += 1
    guard range.byteCount > 0,
      let buffer = self.body.getSlice(
        at: self.body.readerIndex + range.offset,
        length: range.byteCount
      )
    else { return ByteBuffer() }
    return buffer
  }

  private mutating func nextVariadicBufferCount() throws(ArrowIPCError) -> Int {
    guard self.variadicIndex < self.layout.variadicBufferCounts.count else {
      throw ArrowIPCError(.invalidBatch, "The batch lacks the buffer count of a view array.")
    }
    let count = self.layout.variadicBufferCounts[self.variadicIndex]
    self.variadicIndex += 1
    guard 0...(self.layout.buffers.count - self.bufferIndex) ~= count else {
      throw ArrowIPCError(.invalidBatch, "A view array has \(count) data buffers.")
    }
    return count
  }
}
