/// A transaction of a session, whether SQL's `BEGIN` or Flight SQL's action began it.
struct OpenTransaction {
  let handle = Handle()
  let connection: ObjectIdentifier
  let start = ContinuousClock.now
  var lastUse = ContinuousClock.now
  /// What keeps others from changing a lake for one writer meanwhile.
  var turn: HeldTurn?
  /// Why the server has rolled it back, if it has, which its client doesn't know yet.
  var expiry: EngineError?

  /// Why it may not stay open any longer, if that is so.
  func overdue(_ configuration: EngineConfiguration) -> EngineError? {
    let now = ContinuousClock.now
    if let limit = configuration.transactionLifetime, self.start + limit < now {
      return .transactionTooOld(limit)
    }
    return self.lastUse + configuration.transactionIdleLifetime < now ? .transactionExpired : nil
  }
}
