/// The table that ingested rows go to, and what happens to it first.
package struct IngestionTarget: Hashable, Sendable {
  package enum Missing: Hashable, Sendable {
    case create, fail
  }

  package enum Existing: Hashable, Sendable {
    case fail, append, replace
  }

  /// The session's current one if `nil`.
  package var catalog: String?
  /// The session's current one if `nil`.
  package var schema: String?
  package var table: String
  package var isTemporary: Bool
  package var ifMissing: Missing
  package var ifExisting: Existing

  package init(
    catalog: String? = nil,
    schema: String? = nil,
    table: String,
    isTemporary: Bool = false,
    ifMissing: Missing,
    ifExisting: Existing
  ) {
    self.catalog = catalog
    self.schema = schema
    self.table = table
    self.isTemporary = isTemporary
    self.ifMissing = ifMissing
    self.ifExisting = ifExisting
  }
}
