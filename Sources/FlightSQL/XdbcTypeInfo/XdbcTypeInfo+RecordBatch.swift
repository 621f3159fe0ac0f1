package import ArrowIPC

extension XdbcTypeInfo {
  /// Columns of any type may hold nulls.
  private static let nullable: Int32 = 1
  /// By any predicate.
  private static let searchable: Int32 = 3
  /// Sizes of numbers count decimal digits.
  private static let radix: Int32 = 10

  /// The rows of `CommandGetXdbcTypeInfo`'s result.
  ///
  /// - Parameter dataType: The only type that is asked for; `nil` means all.
  package static func recordBatch(dataType: Int32?) -> RecordBatch {
    let rows = Self.all.filter { dataType == nil || $0.dataType.rawValue == dataType }
    var batch = RecordBatch(rowCount: rows.count, nodes: [], buffers: [])
    batch.append(texts: rows.map(\.typeName))
    batch.append(numbers: rows.map { Optional($0.dataType.rawValue) })
    batch.append(numbers: rows.map(\.columnSize))
    batch.append(texts: rows.map(\.literalPrefix))
    batch.append(texts: rows.map(\.literalSuffix))
    batch.append(listsOfCounts: rows.map { $0.createParams?.count })
    batch.append(texts: rows.flatMap { $0.createParams ?? [] })
    batch.append(numbers: rows.map { _ in Optional(Self.nullable) })
    batch.append(booleans: rows.map(\.isCaseSensitive))
    batch.append(numbers: rows.map { _ in Optional(Self.searchable) })
    batch.append(booleans: rows.map(\.isUnsigned))
    // Nothing in DuckDB is of a fixed precision, as money is elsewhere.
    batch.append(booleans: rows.map { _ in false })
    batch.append(booleans: rows.map { $0.isUnsigned == nil ? nil : false })
    batch.append(texts: rows.map(\.typeName))
    batch.append(numbers: rows.map(\.minimumScale))
    batch.append(numbers: rows.map(\.maximumScale))
    batch.append(numbers: rows.map { Optional($0.sqlDataType.rawValue) })
    batch.append(numbers: rows.map { $0.datetimeSubcode?.rawValue })
    batch.append(numbers: rows.map { $0.isUnsigned == nil ? nil : Optional(Self.radix) })
    batch.append(numbers: rows.map { _ in Int32?.none })
    return batch
  }
}
