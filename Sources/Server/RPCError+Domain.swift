package import ArrowIPC
package import Auth
package import DuckDB
package import Engine
package import FlightSQL
package import GRPCCore

// The only place where failures become gRPC statuses.

extension DuckDBError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch StorageFailure(self) {
    case .refused: return .permissionDenied
    case .containerMissing, .misdirected: return .failedPrecondition
    case .fileMissing: return self.isInsideLake ? .aborted : .notFound
    case .busy: return .unavailable
    case nil: break
    }
    // How a catalog in SQLite turns others away while one writes, and one in PostgreSQL whoever was second.
    if [.invalid, .io, .transaction].contains(self.code),
      ["database is locked", "could not serialize access"].contains(where: self.message.contains)
    {
      return .aborted
    }
    if self.code != .fatal, self.isOutOfMemory { return .resourceExhausted }
    if self.isLostConnection { return .unavailable }
    // Where a database, not only a transaction, is open for reading alone.
    if self.message.contains("attached in read-only mode") { return .failedPrecondition }
    return switch self.code {
    case .parser, .syntax, .binder, .conversion, .outOfRange, .divideByZero, .decimal,
      .mismatchType, .invalidType, .unknownType, .invalidInput, .expression, .constraint,
      .parameterNotResolved, .parameterNotAllowed, .settings, .invalidConfiguration, .sequence:
      self.isDuplicate ? .alreadyExists : self.isMissingInLake ? .notFound : .invalidArgument
    case .catalog:
      self.isDuplicate ? .alreadyExists : self.isMissing ? .notFound : .invalidArgument
    case .transaction:
      self.isOutOfSpace ? .resourceExhausted : self.isConflict ? .aborted : .failedPrecondition
    case .dependency, .missingExtension, .autoload: .failedPrecondition
    case .permission: .permissionDenied
    case .notImplemented: .unimplemented
    case .outOfMemory, .objectSize: .resourceExhausted
    case .interrupted: .cancelled
    case .io:
      self.isOutOfSpace
        ? .resourceExhausted
        : self.isForGood
          ? .failedPrecondition
          : !self.isMissingFile ? .unavailable : self.isInsideLake ? .aborted : .notFound
    case .network, .http, .connection, .fatal: .unavailable
    default: .internalError
    }
  }

  package var rpcErrorMessage: String {
    if let advice = StorageFailure(self)?.advice { return "\(self.message)\n\n\(advice)" }
    guard self.code == .outOfMemory else { return self.message }
    let setting =
      self.message.contains("max_temp_directory_size")
      ? "spill limit, --max-spill-bytes" : "memory limit, --memory-limit"
    return "\(self.message) (\(setting))"
  }

  private var isDuplicate: Bool {
    self.message.contains("already exists") || self.message.contains("uplicate key")
  }

  private var isMissing: Bool {
    self.message.contains("does not exist") || self.message.contains("No catalog + schema named")
  }

  /// How DuckLake says that it has no such schema.
  private var isMissingInLake: Bool {
    self.message.contains("not found in DuckLakeCatalog")
  }

  private var isConflict: Bool {
    // DuckDB words it differently where a table was altered or dropped meanwhile, and so does
    // DuckLake, which gives up after a number of attempts.
    ["onflict", "another transaction", "concurrent transaction", "maximum retry count"].contains {
      self.message.contains($0)
    }
  }

  /// Told apart from what may be over in a moment: trying again doesn't help.
  private var isOutOfSpace: Bool {
    self.message.contains("No space left on device") || self.message.contains("quota exceeded")
  }

  /// What no other try changes, though DuckDB calls it a failure of reading or writing.
  private var isForGood: Bool {
    ["Parquet files do not support", "File name too long", "Extension \""].contains {
      self.message.contains($0)
    }
  }

  /// DuckLake names its files itself: one that is gone was another transaction's, rolled back or
  /// cleaned up since.
  private var isInsideLake: Bool {
    self.message.contains("DuckLake")
  }
}

extension EngineError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self {
    case .cancelled, .cancelledOnRequest: .cancelled
    case .statementTimeout: .deadlineExceeded
    case .reasonLost, .commitOutcomeUnknown: .unknown
    case .noStatement, .parametersNotBound, .parameterCountMismatch, .parametersNotNumbered,
      .parametersInSeveralStatements, .boundResultChanged:
      .invalidArgument
    case .unknownTicket, .unknownPolledStatement, .unknownPreparedStatement, .unknownTransaction:
      .notFound
    case .notPermitted: .permissionDenied
    case .transactionExpired, .transactionTooOld, .transactionAborted, .transactionLost,
      .lakeConflict, .checkpointIncomplete, .commitWaitExceeded:
      .aborted
    case .sessionClosed, .schemaChanged, .stillRunning, .alreadyInTransaction,
      .filesRewrittenTwice, .rowsBeforeBuckets, .lakeFolderGone:
      .failedPrecondition
    case .statementTooLong, .queueFull, .queueWaitExceeded, .tooManyStatements,
      .tooManyResultRows, .resultTooLarge, .tooManySessions, .tooManySessionsOfPrincipal,
      .tooManyTransactions, .tooManyBoundRows, .boundRowsTooLarge, .tooManyPolledStatements,
      .tooManyPolledStatementsOfPrincipal, .keptResultTooLarge, .allBoundRowsTooLarge,
      .ingestionsTooLarge, .spoolFailed:
      .resourceExhausted
    case .shuttingDown, .invalidated, .catalogLost: .unavailable
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension LockdownError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self.code {
    case .refused: .permissionDenied
    case .syntax: .invalidArgument
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension AuthenticationError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self {
    case .tooManyFailures, .tooManyLogins: .resourceExhausted
    default: .unauthenticated
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension ConversionError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self.code {
    case .unsupportedType: .unimplemented
    case .undeterminedType, .valueOutOfRange: .invalidArgument
    case .rowTooLarge: .resourceExhausted
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension CommandError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self {
    case .unknownCommand, .unknownAction: .unimplemented
    case .notACommand, .notPacked, .malformed: .invalidArgument
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension IngestionError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self.code {
    case .invalidSchema, .invalidValue, .invalidTarget: .invalidArgument
    case .unsupportedType: .unimplemented
    case .tableMissing: .notFound
    case .tableExists, .schemaMismatch: .alreadyExists
    case .rowTooLarge: .resourceExhausted
    }
  }

  package var rpcErrorMessage: String { self.message }
}

extension ArrowIPCError: RPCErrorConvertible {
  package var rpcErrorCode: RPCError.Code {
    switch self.code {
    case .malformedMetadata, .invalidSchema, .invalidBatch, .unexpectedMessage: .invalidArgument
    case .unsupported: .unimplemented
    case .limitExceeded: .resourceExhausted
    }
  }

  package var rpcErrorMessage: String { self.message }
}
