internal import GRPCCore

/// What Flight and Flight SQL have, and DuckDB or this server doesn't.
extension RPCError {
  static func notBuilt(_ name: String) -> RPCError {
    RPCError(code: .unimplemented, message: "This server does not support \(name) yet.")
  }

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
