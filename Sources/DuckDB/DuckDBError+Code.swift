import CDuckDB

extension DuckDBError {
  /// The classes of failure that DuckDB tells apart.
  package enum Code: Hashable, Sendable, CaseIterable {
    case invalid
    case outOfRange
    case conversion
    case unknownType
    case decimal
    case mismatchType
    case divideByZero
    case objectSize
    case invalidType
    case serialization
    case transaction
    case notImplemented
    case expression
    case catalog
    case parser
    case planner
    case scheduler
    case executor
    case constraint
    case index
    case statistics
    case connection
    case syntax
    case settings
    case binder
    case network
    case optimizer
    case nullPointer
    case io
    case interrupted
    case fatal
    case internalError
    case invalidInput
    case outOfMemory
    case permission
    case parameterNotResolved
    case parameterNotAllowed
    case dependency
    case http
    case missingExtension
    case autoload
    case sequence
    case invalidConfiguration

    init(_ type: duckdb_error_type) {
      let index = Int(type.rawValue)
      self = Self.allCases.indices.contains(index) ? Self.allCases[index] : .invalid
    }

    init?(prefixOf message: String) {
      guard let code = Self.prefixes[message.prefix { $0 != ":" }] else {
        return nil
      }
      self = code
    }

    private static let prefixes: [Substring: Code] = [
      "Invalid Error": .invalid,
      "Out of Range Error": .outOfRange,
      "Conversion Error": .conversion,
      "Unknown Type Error": .unknownType,
      "Decimal Error": .decimal,
      "Mismatch Type Error": .mismatchType,
      "Divide by Zero Error": .divideByZero,
      "Object Size Error": .objectSize,
      "Invalid type Error": .invalidType,
      "Serialization Error": .serialization,
      "TransactionContext Error": .transaction,
      "Not implemented Error": .notImplemented,
      "Expression Error": .expression,
      "Catalog Error": .catalog,
      "Parser Error": .parser,
      "Planner Error": .planner,
      "Scheduler Error": .scheduler,
      "Executor Error": .executor,
      "Constraint Error": .constraint,
      "Index Error": .index,
      "Stat Error": .statistics,
      "Connection Error": .connection,
      "Syntax Error": .syntax,
      "Settings Error": .settings,
      "Binder Error": .binder,
      "Network Error": .network,
      "Optimizer Error": .optimizer,
      "NullPointer Error": .nullPointer,
      "IO Error": .io,
      "INTERRUPT Error": .interrupted,
      "FATAL Error": .fatal,
      "INTERNAL Error": .internalError,
      "Invalid Input Error": .invalidInput,
      "Out of Memory Error": .outOfMemory,
      "Permission Error": .permission,
      "Parameter Not Resolved Error": .parameterNotResolved,
      "Parameter Not Allowed Error": .parameterNotAllowed,
      "Dependency Error": .dependency,
      "HTTP Error": .http,
      "Missing Extension Error": .missingExtension,
      "Extension Autoloading Error": .autoload,
      "Sequence Error": .sequence,
      "Invalid Configuration Error": .invalidConfiguration,
    ]
  }
}

extension DuckDBError {
  /// Whether there was no memory, also where an extension words that as an error of another kind.
  package var isOutOfMemory: Bool {
    self.code == .outOfMemory || self.message.contains("could not allocate")
      || self.message.contains("failed to allocate")
  }
}
