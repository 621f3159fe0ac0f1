package import ArrowIPC

/// What a field of `table_schema` says of its column beyond name and type.
package struct ColumnMetadata: Hashable, Sendable {
  package var catalogName: String
  package var dbSchemaName: String
  package var tableName: String
  package var typeName: String
  /// Decimal digits of a number.
  package var precision: Int?
  package var scale: Int?
  package var isAutoIncrement = false
  package var isCaseSensitive = false
  package var isReadOnly = false
  package var remarks: String?

  package init(catalogName: String, dbSchemaName: String, tableName: String, typeName: String) {
    self.catalogName = catalogName
    self.dbSchemaName = dbSchemaName
    self.tableName = tableName
    self.typeName = typeName
  }

  package var keyValues: [KeyValue] {
    var entries = [
      KeyValue("ARROW:FLIGHT:SQL:CATALOG_NAME", self.catalogName),
      KeyValue("ARROW:FLIGHT:SQL:DB_SCHEMA_NAME", self.dbSchemaName),
      // What the clients in C++, Java and Go read instead.
      KeyValue("ARROW:FLIGHT:SQL:SCHEMA_NAME", self.dbSchemaName),
      KeyValue("ARROW:FLIGHT:SQL:TABLE_NAME", self.tableName),
      KeyValue("ARROW:FLIGHT:SQL:TYPE_NAME", self.typeName),
      KeyValue("ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT", Self.text(self.isAutoIncrement)),
      KeyValue("ARROW:FLIGHT:SQL:IS_CASE_SENSITIVE", Self.text(self.isCaseSensitive)),
      KeyValue("ARROW:FLIGHT:SQL:IS_READ_ONLY", Self.text(self.isReadOnly)),
      KeyValue("ARROW:FLIGHT:SQL:IS_SEARCHABLE", Self.text(true)),
    ]
    entries += Self.digits(precision: self.precision, scale: self.scale)
    if let remarks { entries.append(KeyValue("ARROW:FLIGHT:SQL:REMARKS", remarks)) }
    return entries
  }

  /// What a field says of the digits of its numbers.
  static func digits(precision: Int?, scale: Int?) -> [KeyValue] {
    var entries: [KeyValue] = []
    if let precision { entries.append(KeyValue("ARROW:FLIGHT:SQL:PRECISION", "\(precision)")) }
    if let scale { entries.append(KeyValue("ARROW:FLIGHT:SQL:SCALE", "\(scale)")) }
    return entries
  }

  private static func text(_ flag: Bool) -> String { flag ? "1" : "0" }
}
