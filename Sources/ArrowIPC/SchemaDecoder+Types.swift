extension SchemaDecoder {
  /// Reads the type of a field whose children are known.
  mutating func type(
    of field: FlatBufferReader.Table,
    children: [Field]
  ) throws(ArrowIPCError) -> DataType {
    let rawCode: UInt8 = try self.reader.scalar(
      FlatBufferField.Field.typeType,
      of: field,
      default: 0
    )
    guard let code = TypeCode(rawValue: rawCode) else {
      throw ArrowIPCError(.unsupported, "There is no type with the code \(rawCode).")
    }
    guard let table = try self.reader.table(FlatBufferField.Field.type, of: field) else {
      throw ArrowIPCError(.malformedMetadata, "A field has a type code and no type.")
    }
    if let type = try self.nestedType(code, table, children) {
      return type
    }
    guard children.isEmpty else {
      throw ArrowIPCError(.invalidSchema, "A field of a flat type has children.")
    }
    return try self.flatType(code, table)
  }

  mutating func int(_ table: FlatBufferReader.Table) throws(ArrowIPCError) -> DataType {
    let bitWidth: Int32 = try self.reader.scalar(
      FlatBufferField.Int.bitWidth,
      of: table,
      default: 0
    )
    guard [8, 16, 32, 64].contains(bitWidth) else {
      throw ArrowIPCError(.invalidSchema, "There are no integers of \(bitWidth) bits.")
    }
    return .int(
      bitWidth: Int(bitWidth),
      isSigned: try self.reader.bool(FlatBufferField.Int.isSigned, of: table)
    )
  }

  private mutating func flatType(
    _ code: TypeCode,
    _ table: FlatBufferReader.Table
  ) throws(ArrowIPCError) -> DataType {
    switch code {
    case .null: return .null
    case .bool: return .bool
    case .utf8: return .utf8
    case .largeUTF8: return .largeUTF8
    case .utf8View: return .utf8View
    case .binary: return .binary
    case .largeBinary: return .largeBinary
    case .binaryView: return .binaryView
    case .int: return try self.int(table)
    case .decimal: return try self.decimal(table)
    case .time: return try self.time(table)
    case .floatingPoint:
      return .floatingPoint(try self.parameter(of: table, "precision", default: 0))
    case .fixedSizeBinary:
      return .fixedSizeBinary(byteWidth: try self.size(of: table))
    case .date:
      return .date(
        try self.parameter(of: table, "unit", default: DataType.DateUnit.millisecond.rawValue)
      )
    case .timestamp:
      return .timestamp(
        try self.parameter(FlatBufferField.Timestamp.unit, of: table, "unit", default: 0),
        timeZone: try self.reader.string(FlatBufferField.Timestamp.timeZone, of: table)
      )
    case .duration:
      return .duration(
        try self.parameter(of: table, "unit", default: DataType.TimeUnit.millisecond.rawValue)
      )
    case .interval:
      return .interval(try self.parameter(of: table, "unit", default: 0))
    case .list, .largeList, .listView, .largeListView, .fixedSizeList, .struct, .map, .union,
      .runEndEncoded:
      preconditionFailure("\(code) is a nested type")
    }
  }

  private mutating func decimal(
    _ table: FlatBufferReader.Table
  ) throws(ArrowIPCError) -> DataType {
    let precision: Int32 = try self.reader.scalar(
      FlatBufferField.Decimal.precision,
      of: table,
      default: 0
    )
    let scale: Int32 = try self.reader.scalar(FlatBufferField.Decimal.scale, of: table, default: 0)
    let bitWidth: Int32 = try self.reader.scalar(
      FlatBufferField.Decimal.bitWidth,
      of: table,
      default: 128
    )
    guard let maximum = DecimalLimit.maximumPrecision(bitWidth: Int(bitWidth)) else {
      throw ArrowIPCError(.invalidSchema, "There are no decimals of \(bitWidth) bits.")
    }
    guard 1...maximum ~= Int(precision) else {
      throw ArrowIPCError(
        .invalidSchema,
        "Decimals of \(bitWidth) bits can't have a precision of \(precision)."
      )
    }
    return .decimal(precision: Int(precision), scale: Int(scale), bitWidth: Int(bitWidth))
  }

  private mutating func time(_ table: FlatBufferReader.Table) throws(ArrowIPCError) -> DataType {
    let type = DataType.time(
      try self.parameter(
        FlatBufferField.Time.unit,
        of: table,
        "unit",
        default: DataType.TimeUnit.millisecond.rawValue
      )
    )
    let bitWidth: Int32 = try self.reader.scalar(
      FlatBufferField.Time.bitWidth,
      of: table,
      default: 32
    )
    guard type.bitWidth == Int(bitWidth) else {
      throw ArrowIPCError(.invalidSchema, "A time of this unit can't have \(bitWidth) bits.")
    }
    return type
  }

  private func size(of table: FlatBufferReader.Table) throws(ArrowIPCError) -> Int {
    let size: Int32 = try self.reader.scalar(
      FlatBufferField.onlyParameter,
      of: table,
      default: 0
    )
    guard size >= 0 else {
      throw ArrowIPCError(.invalidSchema, "The size of a fixed-size type is \(size).")
    }
    return Int(size)
  }

  private func parameter<Parameter: RawRepresentable<Int16>>(
    _ field: Int = FlatBufferField.onlyParameter,
    of table: FlatBufferReader.Table,
    _ name: String,
    default defaultValue: Int16
  ) throws(ArrowIPCError) -> Parameter {
    let value: Int16 = try self.reader.scalar(field, of: table, default: defaultValue)
    guard let parameter = Parameter(rawValue: value) else {
      throw ArrowIPCError(.invalidSchema, "The \(name) of a type is \(value), which is unknown.")
    }
    return parameter
  }
}

extension SchemaDecoder {
  /// Reads a type that has children, or answers nil for the others.
  private mutating func nestedType(
    _ code: TypeCode,
    _ table: FlatBufferReader.Table,
    _ children: [Field]
  ) throws(ArrowIPCError) -> DataType? {
    switch code {
    case .list: .list(try Self.onlyChild(children))
    case .largeList: .largeList(try Self.onlyChild(children))
    case .listView: .listView(try Self.onlyChild(children))
    case .largeListView: .largeListView(try Self.onlyChild(children))
    case .fixedSizeList:
      .fixedSizeList(try Self.onlyChild(children), size: try self.size(of: table))
    case .struct: .struct(children)
    case .map: try self.map(table, children)
    case .union: try self.union(table, children)
    case .runEndEncoded: try Self.runEndEncoded(children)
    default: nil
    }
  }

  private static func onlyChild(_ children: [Field]) throws(ArrowIPCError) -> Field {
    guard children.count == 1 else {
      throw ArrowIPCError(
        .invalidSchema,
        "A list or map has \(children.count) children instead of one."
      )
    }
    return children[0]
  }

  private mutating func map(
    _ table: FlatBufferReader.Table,
    _ children: [Field]
  ) throws(ArrowIPCError) -> DataType {
    let entries = try Self.onlyChild(children)
    guard case .struct(let members) = entries.type, members.count == 2, entries.dictionary == nil
    else {
      throw ArrowIPCError(.invalidSchema, "The entries of a map are not a struct of two fields.")
    }
    return .map(
      entries: entries,
      keysSorted: try self.reader.bool(FlatBufferField.onlyParameter, of: table)
    )
  }

  private mutating func union(
    _ table: FlatBufferReader.Table,
    _ children: [Field]
  ) throws(ArrowIPCError) -> DataType {
    let mode: DataType.UnionMode = try self.parameter(
      FlatBufferField.Union.mode,
      of: table,
      "mode",
      default: 0
    )
    guard children.count <= 128 else {
      throw ArrowIPCError(.invalidSchema, "A union has \(children.count) children, 128 at most.")
    }
    var typeIDs = children.indices.map { Int32($0) }
    let typeIDsField = FlatBufferField.Union.typeIDs
    if let vector = try self.reader.vector(typeIDsField, of: table, elementByteCount: 4) {
      guard vector.count == children.count else {
        throw ArrowIPCError(
          .invalidSchema,
          "A union has \(children.count) children and \(vector.count) type ids."
        )
      }
      for index in 0..<vector.count {
        typeIDs[index] = try self.reader.element(index, of: vector)
      }
    }
    guard typeIDs.allSatisfy({ 0...127 ~= $0 }), Set(typeIDs).count == typeIDs.count else {
      throw ArrowIPCError(
        .invalidSchema,
        "The type ids of a union are not distinct numbers from 0 to 127."
      )
    }
    return .union(mode, typeIDs: typeIDs, fields: children)
  }

  private static func runEndEncoded(_ children: [Field]) throws(ArrowIPCError) -> DataType {
    guard children.count == 2 else {
      throw ArrowIPCError(
        .invalidSchema,
        "A run-end encoded field has \(children.count) children instead of two."
      )
    }
    guard case .int(let bitWidth, true) = children[0].type, bitWidth >= 16,
      children[0].dictionary == nil
    else {
      throw ArrowIPCError(
        .invalidSchema,
        "Run ends are not signed integers of 16, 32 or 64 bits."
      )
    }
    return .runEndEncoded(runEnds: children[0], values: children[1])
  }
}
