/// A transaction of a session, whether SQL's `BEGIN` or Flight SQL's action began it.
struct OpenTransaction {
  let handle = Handle()
  let connection: ObjectIdentifier
  var lastUse = ContinuousClock.now
  /// Whether the server has rolled it back for having been idle, which its client doesn't know
  /// yet.
  var isExpired = false
}
