internal import ArrowIPC
internal import DuckDB

extension ColumnImport {
  /// Slots of arrays in one row, up to which an array is written as one.
  ///
  /// DuckDB sets aside memory for 2,048 full rows of them, whatever comes.
  private static let arraySlotLimit = 16_384

  /// Slots of arrays in one row, up to which a table is made with them: DuckDB's limit for one array,
  /// and the right one for arrays of arrays, whose product it doesn't check.
  private static let declaredArraySlotLimit = 100_000

  static func nested(_ type: DataType) throws(IngestionError) -> ColumnImport? {
    switch type {
    case .list(let element): try Self.list(element, .offsets32)
    case .largeList(let element): try Self.list(element, .offsets64)
    case .listView(let element): try Self.list(element, .views32)
    case .largeListView(let element): try Self.list(element, .views64)
    case .fixedSizeList(let element, let size): try Self.fixedSizeList(element, size)
    case .struct(let fields): try Self.structure(fields)
    case .map(let entries, _): try Self.map(entries)
    case .union(let mode, let typeIDs, let fields): try Self.union(mode, typeIDs, fields)
    case .runEndEncoded(let runEnds, let values):
      try Self.runEndEncoded(bitWidth: runEnds.type.bitWidth ?? 0, values)
    default: nil
    }
  }

  private static func list(
    _ element: Field,
    _ layout: ListLayout
  ) throws(IngestionError) -> ColumnImport {
    let child = try ColumnImport(element)
    var made = ColumnImport(
      LogicalType(.list(child.type)),
      as: LogicalType(.list(child.declaredType)),
      .list(layout)
    )
    made.children = [child]
    return made
  }

  private static func fixedSizeList(
    _ element: Field,
    _ size: Int
  ) throws(IngestionError) -> ColumnImport {
    let child = try ColumnImport(element)
    let canBeArray =
      (1...Self.declaredArraySlotLimit).contains(size)
      && size * child.declaredType.slotCount <= Self.declaredArraySlotLimit
    let isArray = canBeArray && size * child.type.slotCount <= Self.arraySlotLimit
    var made = ColumnImport(
      LogicalType(isArray ? .array(child.type, size: size) : .list(child.type)),
      as: LogicalType(
        canBeArray ? .array(child.declaredType, size: size) : .list(child.declaredType)
      ),
      .fixedSizeList(size: size, isArray: isArray)
    )
    made.children = [child]
    return made
  }

  private static func structure(_ fields: [Field]) throws(IngestionError) -> ColumnImport {
    let children = try Self.members(fields, of: "struct")
    let (types, declared) = Self.columns(fields, children)
    var made = ColumnImport(
      LogicalType(.struct(types)),
      as: LogicalType(.struct(declared)),
      .struct
    )
    made.children = children
    return made
  }

  private static func map(_ entries: Field) throws(IngestionError) -> ColumnImport {
    // The decoder has seen to it that they are structs of two.
    let child = try ColumnImport(entries)
    let (key, value) = (child.children[0], child.children[1])
    var made = ColumnImport(
      LogicalType(.map(key: key.type, value: value.type)),
      as: LogicalType(.map(key: key.declaredType, value: value.declaredType)),
      .list(.map)
    )
    made.children = [child]
    return made
  }

  private static func union(
    _ mode: DataType.UnionMode,
    _ typeIDs: [Int32],
    _ fields: [Field]
  ) throws(IngestionError) -> ColumnImport {
    let children = try Self.members(fields, of: "union")
    let (types, declared) = Self.columns(fields, children)
    var made = ColumnImport(
      LogicalType(.union(types)),
      as: LogicalType(.union(declared)),
      .union(mode, typeIDs: typeIDs)
    )
    made.children = children
    return made
  }

  private static func runEndEncoded(
    bitWidth: Int,
    _ values: Field
  ) throws(IngestionError) -> ColumnImport {
    let child = try ColumnImport(values)
    var made = ColumnImport(
      child.type,
      as: child.declaredType,
      .runEndEncoded(bitWidth: bitWidth)
    )
    made.children = [child]
    return made
  }

  private static func members(
    _ fields: [Field],
    of kind: String
  ) throws(IngestionError) -> [ColumnImport] {
    guard !fields.isEmpty else {
      throw IngestionError(.unsupportedType, "DuckDB has no \(kind) without members.")
    }
    if let name = FoldedName.firstDuplicate(in: fields.map(\.name)) {
      throw IngestionError(
        .unsupportedType,
        "A \(kind) has two members called \(SQLText.identifier(name)), upper and lower case alike."
      )
    }
    var members: [ColumnImport] = []
    for field in fields { members.append(try ColumnImport(field)) }
    return members
  }

  private static func columns(
    _ fields: [Field],
    _ children: [ColumnImport]
  ) -> (types: [Column], declared: [Column]) {
    let pairs = zip(fields, children)
    return (
      pairs.map { Column($0.name, $1.type) }, pairs.map { Column($0.name, $1.declaredType) }
    )
  }
}
