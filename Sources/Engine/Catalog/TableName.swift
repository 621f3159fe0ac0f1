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
