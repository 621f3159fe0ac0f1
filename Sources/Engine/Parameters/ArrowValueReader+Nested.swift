internal import ArrowIPC
internal import DuckDB

extension ArrowValueReader {
  mutating func nested(_ array: ArrayData, _ row: Int) throws(ConversionError) -> Value {
    switch array.type {
    case .list(let element), .largeList(let element), .listView(let element),
      .largeListView(let element):
      let type = try element.valueType()
      let rows = array.range(row) ?? 0..<0
      return .list(try self.values(array.children[0], element, rows), of: type)
    case .fixedSizeList(let element, let size):
      let type = try element.valueType()
      let rows = row * size..<(row + 1) * size
      return .array(try self.values(array.children[0], element, rows), of: type)
    case .struct(let fields):
      return .struct(try self.members(array, fields, row))
    case .map(let entries, _):
      return try self.map(array, entries, row)
    case .union(let mode, let typeIDs, let fields):
      return try self.union(array, mode, typeIDs, fields, row)
    case .runEndEncoded(_, let values):
      return try self.value(array.children[1], values, row: array.run(row))
    default:
      throw .unsupported("DuckDB has no type for \(array.type)")
    }
  }

  private mutating func values(
    _ child: ArrayData,
    _ field: Field,
    _ rows: Range<Int>
  ) throws(ConversionError) -> [Value] {
    var values: [Value] = []
    for row in rows {
      values.append(try self.value(child, field, row: row))
    }
    return values
  }

  private mutating func members(
    _ array: ArrayData,
    _ fields: [Field],
    _ row: Int
  ) throws(ConversionError) -> [Value.Member] {
    guard case .struct(let columns) = try Field("", .struct(fields)).valueType().kind else {
      return []
    }
    var members: [Value.Member] = []
    for (index, column) in columns.enumerated() {
      let value = try self.value(array.children[index], fields[index], row: row)
      members.append(Value.Member(column.name, column.type, value))
    }
    return members
  }

  private mutating func map(
    _ array: ArrayData,
    _ entries: Field,
    _ row: Int
  ) throws(ConversionError) -> Value {
    let (keyField, valueField) = (entries.type.children[0], entries.type.children[1])
    let members = array.children[0].children
    var values: [Value.Entry] = []
    var keys: Set<Value> = []
    for entry in array.range(row) ?? 0..<0 {
      let key = try self.value(members[0], keyField, row: entry)
      guard keys.insert(key).inserted else {
        throw .inexact("a map has two entries with the same key")
      }
      let value = try self.value(members[1], valueField, row: entry)
      values.append(Value.Entry(key: key, value: value))
    }
    return .map(values, key: try keyField.valueType(), value: try valueField.valueType())
  }

  private mutating func union(
    _ array: ArrayData,
    _ mode: DataType.UnionMode,
    _ typeIDs: [Int32],
    _ fields: [Field],
    _ row: Int
  ) throws(ConversionError) -> Value {
    let typeID: Int8 = array.loaded(row, in: 0)
    guard case .union(let members) = try Field("", array.type).valueType().kind,
      let tag = typeIDs.firstIndex(of: Int32(typeID))
    else { throw .unsupported("a union has no member for the type id \(typeID)") }
    let position: Int32 = mode == .dense ? array.loaded(row, in: 1) : Int32(row)
    let value = try self.value(array.children[tag], fields[tag], row: Int(position))
    return .union(tag: tag, value, of: members)
  }
}
