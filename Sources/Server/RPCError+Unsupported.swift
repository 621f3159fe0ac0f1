internal import GRPCCore

/// What Flight SQL has and DuckDB doesn't.
extension RPCError {
  static func noSavepoints(_ name: String) -> RPCError {
    RPCError(
      code: .unimplemented,
      message: "\(name): DuckDB has no savepoints. End the transaction and begin another instead."
    )
  }

  static func noSubstrait(_ name: String) -> RPCError {
    RPCError(
      code: .unimplemented,
      message: "\(name): Substrait plans need DuckDB's extension 'substrait', which this server "
        + "doesn't have. Send SQL instead."
    )
  }
}
