internal import DuckDB

extension SessionConnection {
  /// Does what `CHECKPOINT` of the server's lake asks for.
  ///
  /// - Returns: Whether the statement is one.
  func checkpointLake(
    _ type: StatementType,
    _ text: String,
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
    let checkpoint = LakeCheckpoint(
      lake: lake,
      database: self.resources.database,
      author: self.author,
      cancellation: cancellation
    )
    try checkpoint.run()
    return true
  }
}
