/// A question about what a database holds.
///
/// Names match as they are stored, in full; an empty one matches nothing. Patterns know `%` for any
/// text, `_` for any character, and `\` before either to mean itself.
package enum CatalogQuery: Sendable {
  case catalogs
  case schemas(catalog: String?, schemaPattern: String?)
  case tables(TableFilter)
  case tableTypes
  case primaryKeys(TableName)
  /// The foreign keys that refer to a table.
  case exportedKeys(TableName)
  /// The foreign keys of a table.
  case importedKeys(TableName)
  /// The foreign keys of one table that refer to another.
  case crossReference(primary: TableName, foreign: TableName)
}

/// Which tables and views are asked for; what is left out doesn't matter.
package struct TableFilter: Sendable {
  package var catalog: String?
  package var schemaPattern: String?
  package var tablePattern: String?
  /// Any of these; none means all.
  package var types: [String]

  package init(
    catalog: String? = nil,
    schemaPattern: String? = nil,
    tablePattern: String? = nil,
    types: [String] = []
  ) {
    self.catalog = catalog
    self.schemaPattern = schemaPattern
    self.tablePattern = tablePattern
    self.types = types
  }
}

/// A table whose catalog and schema needn't be given.
package struct TableName: Sendable {
  package var catalog: String?
  package var schema: String?
  package var table: String

  package init(catalog: String? = nil, schema: String? = nil, table: String) {
    self.catalog = catalog
    self.schema = schema
    self.table = table
  }
}
