import DuckDB

/// Makes the builder for a column of type `column.type`, which ``Schema/init(columns:timeZone:)``
/// accepts.
///
/// - Parameter path: How messages call the column.
func makeColumnBuilder(_ type: LogicalType, path: String) -> any ColumnBuilder {
  switch type.kind {
  case .sqlNull: NullColumn()
  case .boolean: BooleanColumn()
  case .tinyint, .utinyint: FixedWidthColumn(width: 1)
  case .smallint, .usmallint: FixedWidthColumn(width: 2)
  case .integer, .uinteger, .float, .date: FixedWidthColumn(width: 4)
  case .bigint, .ubigint, .double, .time, .timeNS, .timestampS, .timestampMS, .timestamp,
    .timestampNS, .timestampTZ:
    FixedWidthColumn(width: 8)
  case .decimal(let width, _) where width <= DecimalColumn.maximumWidth:
    DecimalColumn(width: width)
  case .decimal: FixedWidthColumn(width: 16)
  case .hugeint: HugeintColumn(isSigned: true, path: path)
  case .uhugeint: HugeintColumn(isSigned: false, path: path)
  case .interval: IntervalColumn(path: path)
  case .varchar, .blob, .geometry: StringColumn()
  case .enum(let members): EnumColumn(members)
  case .uuid: TextColumn(UUIDText())
  case .bit: TextColumn(BitText())
  case .timeTZ: TextColumn(TimeTZText())
  case .bignum: TextColumn(BignumText(path: path))
  case .list(let element): ListColumn(makeColumnBuilder(element, path: path))
  case .map(let key, let value):
    ListColumn(
      StructColumn([
        makeColumnBuilder(key, path: path), makeColumnBuilder(value, path: path),
      ])
    )
  case .array(let element, let size):
    ArrayColumn(makeColumnBuilder(element, path: path), size: size)
  case .struct(let members):
    StructColumn(members.map { makeColumnBuilder($0.type, path: "\(path).\($0.name)") })
  case .union(let members):
    UnionColumn(members.map { makeColumnBuilder($0.type, path: "\(path).\($0.name)") })
  case .unknown, .variant, .other:
    fatalError("Schema(columns:timeZone:) refuses \(type.sqlName)")
  }
}
