extension FlatBufferWriter {
  /// Writes the table `Schema`.
  mutating func write(_ schema: Schema) -> Offset {
    let fields = self.write(fields: schema.fields)
    let metadata = self.write(metadata: schema.metadata)
    self.startTable(fieldCount: 3)
    self.add(fields, to: FlatBufferField.Schema.fields)
    self.add(metadata, to: FlatBufferField.Schema.customMetadata)
    return self.endTable()
  }

  /// Writes a vector of fields; it is there even when empty, since Arrow C++ insists on it.
  private mutating func write(fields: [Field]) -> Offset {
    var offsets: [Offset] = []
    offsets.reserveCapacity(fields.count)
    for field in fields {
      offsets.append(self.write(field))
    }
    return self.vector(offsets)
  }

  private mutating func write(_ field: Field) -> Offset {
    let children = self.write(fields: field.type.children)
    let type = self.write(field.type)
    let dictionary = field.dictionary.map { self.write($0) }
    let metadata = self.write(metadata: field.metadata)
    let name = self.string(field.name)
    self.startTable(fieldCount: 7)
    self.add(name, to: FlatBufferField.Field.name)
    self.add(type, to: FlatBufferField.Field.type)
    self.add(dictionary, to: FlatBufferField.Field.dictionary)
    self.add(children, to: FlatBufferField.Field.children)
    self.add(metadata, to: FlatBufferField.Field.customMetadata)
    self.add(field.isNullable, to: FlatBufferField.Field.nullable)
    self.add(TypeCode(field.type).rawValue, to: FlatBufferField.Field.typeType, default: 0)
    return self.endTable()
  }

  private mutating func write(_ dictionary: DictionaryEncoding) -> Offset {
    let indexType = self.write(dictionary.indexType)
    self.startTable(fieldCount: 4)
    self.add(dictionary.id, to: FlatBufferField.DictionaryEncoding.id, default: 0)
    self.add(indexType, to: FlatBufferField.DictionaryEncoding.indexType)
    self.add(dictionary.isOrdered, to: FlatBufferField.DictionaryEncoding.isOrdered)
    return self.endTable()
  }

  private mutating func write(metadata: [KeyValue]) -> Offset? {
    guard !metadata.isEmpty else { return nil }
    var offsets: [Offset] = []
    offsets.reserveCapacity(metadata.count)
    for entry in metadata {
      let key = self.string(entry.key)
      let value = self.string(entry.value)
      self.startTable(fieldCount: 2)
      self.add(key, to: FlatBufferField.KeyValue.key)
      self.add(value, to: FlatBufferField.KeyValue.value)
      offsets.append(self.endTable())
    }
    return self.vector(offsets)
  }

  /// Writes a type's own table: its parameters, without its children.
  private mutating func write(_ type: DataType) -> Offset {
    let onlyParameter = FlatBufferField.onlyParameter
    // What a table refers to is written before the table is opened.
    let timeZone: Offset? =
      if case .timestamp(_, let timeZone?) = type { self.string(timeZone) } else { nil }
    let typeIDs: Offset? =
      if case .union(_, let typeIDs, _) = type { self.write(typeIDs: typeIDs) } else { nil }

    self.startTable(fieldCount: 3)
    switch type {
    case .int(let bitWidth, let isSigned):
      self.add(Int32(bitWidth), to: FlatBufferField.Int.bitWidth, default: 0)
      self.add(isSigned, to: FlatBufferField.Int.isSigned)
    case .floatingPoint(let precision):
      self.add(precision.rawValue, to: onlyParameter, default: 0)
    case .fixedSizeBinary(let byteWidth):
      self.add(Int32(byteWidth), to: onlyParameter, default: 0)
    case .decimal(let precision, let scale, let bitWidth):
      self.add(Int32(precision), to: FlatBufferField.Decimal.precision, default: 0)
      self.add(Int32(scale), to: FlatBufferField.Decimal.scale, default: 0)
      self.add(Int32(bitWidth), to: FlatBufferField.Decimal.bitWidth, default: 128)
    case .date(let unit):
      self.add(unit.rawValue, to: onlyParameter, default: DataType.DateUnit.millisecond.rawValue)
    case .time(let unit):
      self.add(
        unit.rawValue,
        to: FlatBufferField.Time.unit,
        default: DataType.TimeUnit.millisecond.rawValue
      )
      self.add(Int32(type.bitWidth ?? 32), to: FlatBufferField.Time.bitWidth, default: 32)
    case .timestamp(let unit, _):
      self.add(unit.rawValue, to: FlatBufferField.Timestamp.unit, default: 0)
      self.add(timeZone, to: FlatBufferField.Timestamp.timeZone)
    case .duration(let unit):
      self.add(unit.rawValue, to: onlyParameter, default: DataType.TimeUnit.millisecond.rawValue)
    case .interval(let unit):
      self.add(unit.rawValue, to: onlyParameter, default: 0)
    case .fixedSizeList(_, let size):
      self.add(Int32(size), to: onlyParameter, default: 0)
    case .map(_, let keysSorted):
      self.add(keysSorted, to: onlyParameter)
    case .union(let mode, _, _):
      self.add(mode.rawValue, to: FlatBufferField.Union.mode, default: 0)
      self.add(typeIDs, to: FlatBufferField.Union.typeIDs)
    case .null, .bool, .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView, .list,
      .largeList, .listView, .largeListView, .struct, .runEndEncoded:
      break
    }
    return self.endTable()
  }

  private mutating func write(typeIDs: [Int32]) -> Offset {
    self.startVector(byteCount: typeIDs.count * 4, alignment: 4)
    for id in typeIDs.reversed() {
      self.push(id)
    }
    return self.endVector(count: typeIDs.count)
  }
}
