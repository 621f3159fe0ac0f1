import CDuckDB

/// What kind of statement a text is, as DuckDB classifies it.
package enum StatementType: Hashable, Sendable, CaseIterable {
  case invalid
  case select
  case insert
  case update
  case explain
  case delete
  case prepare
  case create
  case execute
  case alter
  case transaction
  case copy
  case analyze
  case variableSet
  case createFunction
  case drop
  case export
  case pragma
  case vacuum
  case call
  case set
  case load
  case relation
  case `extension`
  case logicalPlan
  case attach
  case detach
  case multi
  case copyDatabase
  case updateExtensions
  case mergeInto

  init(_ type: duckdb_statement_type) {
    let index = Int(type.rawValue)
    self = Self.allCases.indices.contains(index) ? Self.allCases[index] : .invalid
  }
}
