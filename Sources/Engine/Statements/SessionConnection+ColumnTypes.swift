internal import DuckDB

// DuckDB knows the types of a table's columns that is made of a query only once that is compiled: a
// function may take the name of a type from a string that is put together then.

extension SessionConnection {
  /// The queries of which a statement makes tables, where the types of their columns matter.
  func tableQueries(of type: StatementType, _ text: String) throws(LockdownError) -> [TableQuery] {
    guard type == .create || type == .explain else { return [] }
    return try self.tableQueries(in: text)
  }

  func tableQueries(in text: String) throws(LockdownError) -> [TableQuery] {
    guard let rules = self.resources.statementGuard, !rules.refusedColumnTypes.isEmpty else {
      return []
    }
    let tokens = try SQLTokens(text)
    return tokens.statements.compactMap { TableQuery(tokens, $0) }
  }

  /// Checks the types of the columns that tables are going to have.
  ///
  /// To be done in the transaction in which they are made, or others could change what is read.
  func checkColumnTypes(
    of queries: [TableQuery],
    _ binding: Binding? = nil,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws {
    for query in queries {
      var statements = try connection.extract(query.withoutRows)
      // PIVOT is several statements, of which the last needs what those before it have made.
      for _ in 1..<statements.count {
        _ = try statements.prepareNext()?.stream { cancellation.isCancelled }
      }
      guard let last = try statements.prepareNext() else { throw EngineError.noStatement }
      guard let binding else {
        try Self.checkTypes(of: last.columns)
        continue
      }
      // They may depend on the values.
      let execution = BoundExecution(
        last,
        binding,
        rowByteLimit: self.resources.configuration.parameterRowByteLimit,
        cancellation: cancellation
      )
      while let result = try execution.next() { try Self.checkTypes(of: result.columns) }
    }
  }

  private static func checkTypes(of columns: [Column]) throws(LockdownError) {
    guard !columns.contains(where: \.type.hasNanosecondTimes) else {
      throw .columnType(StatementGuard.nanosecondTime)
    }
  }
}

extension LogicalType {
  fileprivate var hasNanosecondTimes: Bool {
    switch self.kind {
    case .timeNS: true
    case .list(let element), .array(let element, _): element.hasNanosecondTimes
    case .map(let key, let value): key.hasNanosecondTimes || value.hasNanosecondTimes
    case .struct(let members), .union(let members):
      members.contains(where: \.type.hasNanosecondTimes)
    default: false
    }
  }
}
