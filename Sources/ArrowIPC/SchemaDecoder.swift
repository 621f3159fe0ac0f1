/// Reads the table `Schema` and the fields in it.
struct SchemaDecoder {
  var reader: FlatBufferReader
  private let limits: DecoderLimits
  private var fieldCount = 0

  init(_ reader: FlatBufferReader, limits: DecoderLimits) {
    self.reader = reader
    self.limits = limits
  }

  mutating func schema(_ table: FlatBufferReader.Table) throws(ArrowIPCError) -> Schema {
    let endianness: Int16 = try self.reader.scalar(
      FlatBufferField.Schema.endianness,
      of: table,
      default: 0
    )
    guard endianness == 0 else {
      throw ArrowIPCError(.unsupported, "Only little-endian Arrow data is supported.")
    }
    let fields = try self.fields(FlatBufferField.Schema.fields, of: table, depth: 1)
    let metadata = try self.metadata(FlatBufferField.Schema.customMetadata, of: table)
    return Schema(fields: fields, metadata: metadata)
  }

  private mutating func fields(
    _ field: Int,
    of table: FlatBufferReader.Table,
    depth: Int
  ) throws(ArrowIPCError) -> [Field] {
    guard let vector = try self.reader.vector(field, of: table, elementByteCount: 4),
      vector.count > 0
    else { return [] }
    guard depth <= self.limits.nestingDepth else {
      throw ArrowIPCError(
        .limitExceeded,
        "The schema nests fields more than \(self.limits.nestingDepth) levels deep."
      )
    }
    guard vector.count <= self.limits.fieldCount - self.fieldCount else {
      throw ArrowIPCError(
        .limitExceeded,
        "The schema has more than \(self.limits.fieldCount) fields."
      )
    }
    self.fieldCount += vector.count
    var fields: [Field] = []
    fields.reserveCapacity(vector.count)
    for index in 0..<vector.count {
      fields.append(try self.field(self.reader.table(index, of: vector), depth: depth))
    }
    return fields
  }

  private mutating func field(
    _ table: FlatBufferReader.Table,
    depth: Int
  ) throws(ArrowIPCError) -> Field {
    let name = try self.reader.string(FlatBufferField.Field.name, of: table) ?? ""
    do throws(ArrowIPCError) {
      let children = try self.fields(FlatBufferField.Field.children, of: table, depth: depth + 1)
      return Field(
        name,
        try self.type(of: table, children: children),
        isNullable: try self.reader.bool(FlatBufferField.Field.nullable, of: table),
        dictionary: try self.dictionary(of: table),
        metadata: try self.metadata(FlatBufferField.Field.customMetadata, of: table)
      )
    } catch {
      throw error.inside(depth == 1 ? "Column" : "child", name)
    }
  }

  private mutating func dictionary(
    of field: FlatBufferReader.Table
  ) throws(ArrowIPCError) -> DictionaryEncoding? {
    guard let table = try self.reader.table(FlatBufferField.Field.dictionary, of: field)
    else { return nil }
    let kind: Int16 = try self.reader.scalar(
      FlatBufferField.DictionaryEncoding.dictionaryKind,
      of: table,
      default: 0
    )
    guard kind == 0 else {
      throw ArrowIPCError(.unsupported, "There is no dictionary kind \(kind).")
    }
    // Without an index type the format means signed 32-bit integers.
    var indexType = DataType.int(bitWidth: 32, isSigned: true)
    if let type = try self.reader.table(FlatBufferField.DictionaryEncoding.indexType, of: table) {
      indexType = try self.int(type)
    }
    return DictionaryEncoding(
      id: try self.reader.scalar(FlatBufferField.DictionaryEncoding.id, of: table, default: 0),
      indexType: indexType,
      isOrdered: try self.reader.bool(FlatBufferField.DictionaryEncoding.isOrdered, of: table)
    )
  }

  private mutating func metadata(
    _ field: Int,
    of table: FlatBufferReader.Table
  ) throws(ArrowIPCError) -> [KeyValue] {
    guard let vector = try self.reader.vector(field, of: table, elementByteCount: 4)
    else { return [] }
    var metadata: [KeyValue] = []
    metadata.reserveCapacity(vector.count)
    for index in 0..<vector.count {
      let entry = try self.reader.table(index, of: vector)
      metadata.append(
        KeyValue(
          try self.reader.string(FlatBufferField.KeyValue.key, of: entry) ?? "",
          try self.reader.string(FlatBufferField.KeyValue.value, of: entry) ?? ""
        )
      )
    }
    return metadata
  }
}
