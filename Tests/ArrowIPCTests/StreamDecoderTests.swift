import ArrowIPC
import NIOCore
import Testing

struct `Stream decoder` {
  static let int32 = DataType.int(bitWidth: 32, isSigned: true)
  static let encoding = DictionaryEncoding(id: 3, indexType: .int(bitWidth: 8, isSigned: true))
  static let schema = Schema(fields: [Field("words", .utf8, dictionary: encoding)])

  private func text(_ values: String...) -> ArrayData {
    var offsets = ByteBuffer.integers(Int32.self, 0)
    var data = ByteBuffer()
    for value in values {
      data.writeString(value)
      offsets.writeInteger(Int32(data.readableBytes), endianness: .little)
    }
    return ArrayData(type: .utf8, rowCount: values.count, buffers: [ByteBuffer(), offsets, data])
  }

  private func message(
    _ values: ArrayData,
    id: Int64 = 3,
    isDelta: Bool = false
  ) -> WireMessage {
    let batch = DecodedBatch(rowCount: values.rowCount, columns: [values])
    return WireMessage(
      MessageEncoder.dictionaryBatch(id: id, isDelta: isDelta, RecordBatch(batch))
    )
  }

  private func indices(_ values: Int8...) -> WireMessage {
    let buffer = ByteBuffer(bytes: values.map(UInt8.init(bitPattern:)))
    let array = ArrayData(
      type: Self.encoding.indexType,
      rowCount: values.count,
      buffers: [ByteBuffer(), buffer]
    )
    let batch = DecodedBatch(rowCount: values.count, columns: [array])
    return WireMessage(MessageEncoder.recordBatch(RecordBatch(batch)))
  }

  private var schemaMessage: WireMessage {
    WireMessage(header: MessageEncoder.schemaMessage(Self.schema))
  }

  private func decode(
    _ messages: WireMessage...,
    limits: DecoderLimits = DecoderLimits()
  ) throws -> [DictionaryValues?] {
    try StreamDecoder.decode(messages, limits: limits).1.map { $0.columns[0].dictionary }
  }

  private func code(_ decode: @autoclosure () throws -> [DictionaryValues?]) -> ArrowIPCError.Code?
  {
    do {
      _ = try decode()
      return nil
    } catch {
      return (error as? ArrowIPCError)?.code
    }
  }

  @Test func `deltas extend a dictionary and later ones replace it`() throws {
    let dictionaries = try self.decode(
      self.schemaMessage,
      self.message(self.text("a", "b")),
      self.indices(1),
      self.message(self.text("c"), isDelta: true),
      self.indices(2),
      self.message(self.text("d")),
      self.indices(0)
    )
    let (ab, c, d) = (self.text("a", "b"), self.text("c"), self.text("d"))
    #expect(dictionaries.map { $0?.chunks } == [[ab], [ab, c], [d]])
  }

  @Test func `a delta may come first`() throws {
    let dictionaries = try self.decode(
      self.schemaMessage,
      self.message(self.text("a"), isDelta: true),
      self.indices(0)
    )
    #expect(dictionaries[0]?.rowCount == 1)
  }

  @Test func `indices into a replaced dictionary are checked against its successor`() {
    let code = self.code(
      try self.decode(
        self.schemaMessage,
        self.message(self.text("a", "b")),
        self.indices(1),
        self.message(self.text("c")),
        self.indices(1)
      )
    )
    #expect(code == .invalidBatch)
  }

  @Test func `a dictionary may be missing where nothing refers to it`() throws {
    #expect(try self.decode(self.schemaMessage, self.indices())[0]?.rowCount == 0)
    #expect(self.code(try self.decode(self.schemaMessage, self.indices(0))) == .invalidBatch)
  }

  @Test func `messages must come in order`() {
    let values = self.message(self.text("a"))
    #expect(self.code(try self.decode(self.indices())) == .unexpectedMessage)
    #expect(self.code(try self.decode(values)) == .unexpectedMessage)
    #expect(
      self.code(try self.decode(self.schemaMessage, self.schemaMessage)) == .unexpectedMessage
    )
    let stranger = self.message(self.text("a"), id: 4)
    #expect(self.code(try self.decode(self.schemaMessage, stranger)) == .unexpectedMessage)
  }

  @Test func `dictionaries have a limit on their bytes, unused ones included`() {
    var limits = DecoderLimits()
    limits.dictionaryByteCount = 1000
    var large = self.message(self.text("a"))
    #expect(self.code(try self.decode(self.schemaMessage, large, limits: limits)) == nil)
    large.body.writeRepeatingByte(0, count: 1000)
    let code = self.code(try self.decode(self.schemaMessage, large, limits: limits))
    #expect(code == .limitExceeded)
  }

  @Test func `empty deltas count as well`() {
    var limits = DecoderLimits()
    limits.dictionaryByteCount = 1000
    let empty = self.message(self.text(), isDelta: true)
    let code = self.code(
      try self.decode(self.schemaMessage, empty, empty, empty, empty, limits: limits)
    )
    #expect(code == .limitExceeded)
  }

  @Test func `a replaced dictionary counts as long as another refers to it`() {
    let inner = Field("item", .utf8, dictionary: Self.encoding)
    let outer = DictionaryEncoding(id: 4, indexType: Self.int32)
    let schema = Schema(fields: [Field("lists", .list(inner), dictionary: outer)])
    let index = ArrayData(
      type: Self.encoding.indexType,
      rowCount: 1,
      buffers: [ByteBuffer(), .integers(Int8.self, 0)]
    )
    let list = ArrayData(
      type: .list(inner),
      rowCount: 1,
      buffers: [ByteBuffer(), .integers(Int32.self, 0, 1)],
      children: [index]
    )
    let words = self.message(self.text(String(repeating: "word", count: 1000)))
    let lists = self.message(list, id: 4, isDelta: true)
    var stream = [WireMessage(header: MessageEncoder.schemaMessage(schema))]
    var limits = DecoderLimits()
    limits.dictionaryByteCount = 20_000
    for _ in 0..<2 {
      stream += [words, lists]
    }
    #expect(throws: Never.self) { try StreamDecoder.decode(stream, limits: limits) }
    for _ in 0..<8 {
      stream += [words, lists]
    }
    let error = #expect(throws: ArrowIPCError.self) {
      try StreamDecoder.decode(stream, limits: limits)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test func `a replaced dictionary no longer counts`() throws {
    var limits = DecoderLimits()
    limits.dictionaryByteCount = 1000
    let values = self.message(self.text("a"))
    let stream = [self.schemaMessage] + Array(repeating: values, count: 100)
    _ = try StreamDecoder.decode(stream, limits: limits)
  }

  @Test func `the parts of a dictionary have a limit`() {
    var limits = DecoderLimits()
    limits.dictionaryChunkCount = 2
    let values = self.message(self.text("a"), isDelta: true)
    #expect(self.code(try self.decode(self.schemaMessage, values, values, limits: limits)) == nil)
    let code = self.code(
      try self.decode(self.schemaMessage, values, values, values, limits: limits)
    )
    #expect(code == .limitExceeded)
  }

  @Test func `rows have a limit, in columns without bytes too`() {
    var limits = DecoderLimits()
    limits.rowCount = 10
    let ten = ArrayData(type: .null, rowCount: 10, nullCount: 10)
    #expect(DecodedColumn.error(ten, limits: limits) == nil)
    let eleven = ArrayData(type: .null, rowCount: 11, nullCount: 11)
    #expect(DecodedColumn.error(eleven, limits: limits)?.code == .limitExceeded)
    let list = DataType.fixedSizeList(Field("item", .null), size: 0)
    let nested = ArrayData(type: list, rowCount: 1, buffers: [ByteBuffer()], children: [eleven])
    #expect(DecodedColumn.error(nested, limits: limits)?.code == .limitExceeded)
  }

  @Test func `a batch must have what its schema says, no less and no more`() throws {
    let schema = Schema(fields: [Field("a", Self.int32), Field("b", Self.int32)])
    let column = ArrayData(
      type: Self.int32,
      rowCount: 1,
      buffers: [ByteBuffer(), .integers(Int32.self, 1)]
    )
    for (count, isValid) in [(1, false), (2, true), (3, false)] {
      let batch = DecodedBatch(rowCount: 1, columns: Array(repeating: column, count: count))
      let stream = WireMessage.stream(schema, batch)
      #expect(isValid == ((try? StreamDecoder.decode(stream)) != nil))
    }
    let longer = DecodedBatch(rowCount: 2, columns: [column, column])
    let error = #expect(throws: ArrowIPCError.self) {
      try StreamDecoder.decode(WireMessage.stream(schema, longer))
    }
    #expect(error?.message == "Column 0 \"a\": 1 rows in a batch of 2.")
  }

  @Test func `views that overlap are checked in bounded time`() {
    // Every view covers all of a buffer that isn't text throughout, so each must be read by itself.
    let byteCount = 100_000
    var data = ByteBuffer(repeating: 0x78, count: byteCount)
    data.writeInteger(UInt8(0xFF))
    var views = ByteBuffer()
    for _ in 0..<byteCount {
      views.writeInteger(Int32(byteCount), endianness: .little)
      views.writeInteger(UInt32(0x7878_7878))
      views.writeInteger(UInt64(0))
    }
    let array = ArrayData(
      type: .utf8View,
      rowCount: byteCount,
      buffers: [ByteBuffer(), views, data]
    )
    #expect(DecodedColumn.error(array)?.code == .limitExceeded)
  }
}
