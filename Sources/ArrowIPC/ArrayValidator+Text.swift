import NIOCore

extension ArrayValidator {
  /// Checks that every string is UTF-8: at once where the whole buffer is, else row by row.
  static func checkText<Offset: SignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ array: ArrayData,
    offsets type: Offset.Type
  ) throws(ArrowIPCError) {
    let dataBuffer = array.buffers[2]
    let data = dataBuffer.readableBytesSpan
    let range = try self.checkOffsets(array, type, end: data.byteCount)
    let encoding = data.textEncoding(range)
    guard encoding != .ascii else { return }
    let offsetBuffer = array.buffers[1]
    let offsets = offsetBuffer.readableBytesSpan
    if encoding == .utf8 {
      var splitsCharacter = false
      for row in 0..<array.rowCount {
        let offset = Int(offsets.integer(type, at: row))
        if offset < range.upperBound, !data.isCharacterBoundary(at: offset) {
          splitsCharacter = true
        }
      }
      guard splitsCharacter else { return }
    }
    for row in 0..<array.rowCount where !array.isNull(row) {
      let start = Int(offsets.integer(type, at: row))
      let end = Int(offsets.integer(type, at: row + 1))
      guard data.textEncoding(start..<end) != .invalid else { throw self.invalidText(in: row) }
    }
  }

  private static func invalidText(in row: Int) -> ArrowIPCError {
    ArrowIPCError(.invalidBatch, "The text in row \(row) is not valid UTF-8.")
  }
}

extension ArrayValidator {
  private static let viewByteCount = 16
  private static let inlineByteCount = 12

  mutating func checkViews(_ array: ArrayData) throws(ArrowIPCError) {
    let viewBuffer = array.buffers[1]
    let views = viewBuffer.readableBytesSpan
    try Self.require(views.byteCount, atLeast: array.rowCount * Self.viewByteCount, "views")
    let isText = array.type == .utf8View
    let data = array.buffers.dropFirst(2)
    let encodings = data.map { buffer in
      isText ? buffer.readableBytesSpan.textEncoding(0..<buffer.readableBytes) : .ascii
    }
    for row in 0..<array.rowCount where !array.isNull(row) {
      let start = row * Self.viewByteCount
      let byteCount = Int(views.integer(Int32.self, atByte: start))
      guard byteCount > Self.inlineByteCount else {
        try Self.checkInlineView(views, row, byteCount: byteCount, isText: isText)
        continue
      }
      let index = Int(views.integer(Int32.self, atByte: start + 8))
      let offset = Int(views.integer(Int32.self, atByte: start + 12))
      guard encodings.indices ~= index, offset >= 0,
        offset <= data[index + 2].readableBytes - byteCount
      else {
        throw ArrowIPCError(.invalidBatch, "The view in row \(row) points outside of its buffers.")
      }
      let dataBuffer = data[index + 2]
      let buffer = dataBuffer.readableBytesSpan
      guard
        views.integer(UInt32.self, atByte: start + 4) == buffer.integer(UInt32.self, atByte: offset)
      else {
        throw ArrowIPCError(.invalidBatch, "The prefix of the view in row \(row) is wrong.")
      }
      let range = offset..<(offset + byteCount)
      guard try self.isText(range, of: buffer, encodings[index]) else {
        throw Self.invalidText(in: row)
      }
    }
  }

  private static func checkInlineView(
    _ views: RawSpan,
    _ row: Int,
    byteCount: Int,
    isText: Bool
  ) throws(ArrowIPCError) {
    guard byteCount >= 0 else {
      throw ArrowIPCError(.invalidBatch, "The view in row \(row) has \(byteCount) bytes.")
    }
    let start = row * self.viewByteCount + 4
    for position in (start + byteCount)..<(start + self.inlineByteCount)
    where views.integer(UInt8.self, atByte: position) != 0 {
      throw ArrowIPCError(.invalidBatch, "The view in row \(row) is not padded with zeros.")
    }
    guard !isText || views.textEncoding(start..<(start + byteCount)) != .invalid else {
      throw self.invalidText(in: row)
    }
  }

  /// Tells whether a part of a data buffer is text, given what the whole buffer is.
  private mutating func isText(
    _ range: Range<Int>,
    of buffer: RawSpan,
    _ encoding: TextEncoding
  ) throws(ArrowIPCError) -> Bool {
    switch encoding {
    case .ascii:
      return true
    case .utf8:
      return buffer.isCharacterBoundary(at: range.lowerBound)
        && (range.upperBound == buffer.byteCount
          || buffer.isCharacterBoundary(at: range.upperBound))
    case .invalid:
      self.textBudget -= range.count
      guard self.textBudget >= 0 else {
        throw ArrowIPCError(
          .limitExceeded,
          "Too many views overlap in a buffer that is not valid UTF-8 throughout."
        )
      }
      return buffer.textEncoding(range) != .invalid
    }
  }
}
