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
