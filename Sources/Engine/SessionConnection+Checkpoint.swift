internal import DuckDB

extension SessionConnection {
  /// Does what `CHECKPOINT` of the server's lake asks for.
  ///
  /// - Parameter isAlone: Whether it is all that its client has sent; else what was sent with it may have
  ///   turns already.
  /// - Returns: Whether the statement is one.
  func checkpointLake(
    _ type: StatementType,
    _ text: String,
    isAlone: Bool,
    on connection: borrowing Connection,
    _ cancellation: Cancellation
  ) throws -> Bool {
    guard type == .call, let lake = self.resources.lake, !self.resources.configuration.isReadOnly,
      let target = CheckpointTarget(text)
    else { return false }
    let name =
      switch target {
      case .named(let name): name
      case .current: try connection.texts("SELECT current_database()").first?[0]?.asciiLowercased
      }
    guard name == lake.alias.asciiLowercased else { return false }
    let transaction = LakeTransaction(
      lake: lake,
      database: self.resources.database,
      author: self.author,
      data: self.resources.data,
      waiting: isAlone && !lake.hasOneWriter ? .onWorker(self.resources.threads) : .none,
      cancellation: cancellation
    )
    try LakeCheckpoint(lake: lake, transaction: transaction).run(
      on: self.resources.database.connect()
    )
    return true
  }
}
