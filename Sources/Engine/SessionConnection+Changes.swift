internal import DuckDB

// Changes of data and of transactions, of which plans are to know.

extension SessionConnection {
  /// Whether statements join a transaction: their client's, or one of the server's.
  var isInTransaction: Bool {
    self.isAtomic || self.own != nil || self.state.isInTransaction(ObjectIdentifier(self))
  }

  /// Runs a statement so that plans that it outdates aren't taken for good.
  ///
  /// - Parameter mayChange: Whether it may change rows at all.
  func changingData<Value>(if mayChange: Bool, _ work: () throws -> Value) rethrows -> Value {
    guard mayChange else { return try work() }
    defer { self.point += 1 }
    guard !self.isInTransaction else {
      self.effects.hasChangedData = true
      return try work()
    }
    self.versionBeforeChange = self.resources.data.beginChange()
    defer {
      self.resources.data.endChange()
      self.versionBeforeChange = nil
    }
    return try work()
  }

  /// Runs what commits the open transaction.
  func committingData(_ commit: () throws -> Void) rethrows {
    guard self.effects.hasChangedData else { return try commit() }
    _ = self.resources.data.beginChange()
    defer { self.resources.data.endChange() }
    try commit()
  }

  /// Notes that a transaction has begun or ended.
  func noteTransactionBoundary() {
    self.point += 1
    let commitCount = self.resources.lake?.commitCount ?? 0
    self.effects = TransactionEffects(lake: LakeChanges(since: commitCount))
  }
}
