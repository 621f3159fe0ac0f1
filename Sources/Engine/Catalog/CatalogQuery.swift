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
