internal import DuckDB

/// What a statement was compiled to, and for which data.
struct Plan {
  /// What DuckDB's statistics told of when the plan was made.
  enum Basis {
    /// Data that others were changing: the plan can't be told from an outdated one.
    case unknown
    /// What had been committed: the version of all data.
    case committed(Int)
    /// What the open transaction of a connection sees, at that point of what happens on it.
    case transaction(Int)
  }

  let statement: PreparedStatement
  let basis: Basis
}
