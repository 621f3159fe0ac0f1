internal import Auth
internal import Synchronization

/// What the connections of one session share: the settings to repeat, its transactions, and which
/// connection the session must stay on.
final class SessionState: Sendable {
  private struct State {
    var settings: [String] = []
    var settingByteCount = 0
    /// In the order in which they began; at most one on a connection.
    var transactions: [OpenTransaction] = []
    /// The connection with the session's temporary objects.
    var home: ObjectIdentifier?
    /// The connection on which the last setting was made: all of them hold there.
    var settingsOrigin: ObjectIdentifier?
    /// Whether the end of a transaction has failed, and nothing shows since that the client knows.
    var hasLostTransaction = false
  }

  /// Settings beyond this number, or this size in all, keep the session on the connection that has
  /// them.
  private static let settingLimit = 1_000
  private static let settingByteLimit = 1 << 20

  /// What the session's principal may do.
  let role: Role
  /// The session's principal, where clients are asked who they are.
  let author: String?
  private let state = Mutex(State())

  /// - Parameter settings: Those that every connection is to repeat from the beginning.
  init(_ principal: Principal, settings: [String] = []) {
    self.role = principal.role
    self.author = principal == .anonymous ? nil : principal.name
    self.state.withLock { $0.settings = settings }
  }

  /// All there is to the session, where that is settings only: no transaction, no temporary objects.
  var portableSettings: [String]? {
    self.state.withLock { state in
      state.transactions.isEmpty && state.home == nil ? state.settings : nil
    }
  }

  /// The connection a statement that names no transaction must use, if it isn't free to choose.
  ///
  /// It joins the session's open transaction, the oldest if there are several.
  var requiredConnection: ObjectIdentifier? {
    self.state.withLock { $0.transactions.first?.connection ?? $0.home }
  }

  /// The connection with the session's temporary objects.
  var home: ObjectIdentifier? { self.state.withLock { $0.home } }

  /// Whether the session would lose something with the connection.
  func needs(_ connection: ObjectIdentifier) -> Bool {
    self.state.withLock { state in
      state.home == connection || state.transactions.contains { $0.connection == connection }
    }
  }

  /// Whether the session's settings were made on the connection.
  func areSettingsMade(on connection: ObjectIdentifier) -> Bool {
    self.state.withLock { $0.settingsOrigin == connection }
  }

  /// Keeps the session where its settings were made, since they can't be repeated elsewhere any more: a
  /// schema that it uses is gone, say.
  func stayWhereSettingsAre() {
    self.state.withLock { $0.home = $0.home ?? $0.settingsOrigin }
  }

  /// The statements a connection must repeat that has already run the first `count`.
  func settings(after count: Int) -> ArraySlice<String> {
    self.state.withLock { $0.settings[min(count, $0.settings.count)...] }
  }

  /// Records what a statement on `connection` did to the session.
  ///
  /// - Parameter repeatedCount: How many settings the connection has run so far.
  /// - Returns: The same number afterwards.
  func record(
    _ effect: StatementEffect,
    on connection: ObjectIdentifier,
    repeatedCount: Int
  ) -> Int {
    self.state.withLock { state in
      switch effect {
      case .none: break
      case .beginsTransaction:
        state.hasLostTransaction = false
        state.transactions.append(OpenTransaction(connection: connection))
      case .endsTransaction: state.transactions.removeAll { $0.connection == connection }
      case .staysOnConnection: state.home = connection
      case .changesSettings(let text):
        state.settingsOrigin = connection
        let byteCount = state.settingByteCount + text.utf8.count
        guard state.settings.count < Self.settingLimit, byteCount <= Self.settingByteLimit else {
          state.home = connection
          break
        }
        state.settings.append(text)
        state.settingByteCount = byteCount
        // Another statement's setting may have come first: then both are repeated, in order.
        return repeatedCount == state.settings.count - 1 ? repeatedCount + 1 : repeatedCount
      }
      return repeatedCount
    }
  }
}

// MARK: - Transactions

extension SessionState {
  func isInTransaction(_ connection: ObjectIdentifier) -> Bool {
    self.transaction(on: connection) != nil
  }

  func noteLostTransaction() {
    self.state.withLock { $0.hasLostTransaction = true }
  }

  /// Learns from a text that names no transaction that the client knows of none.
  func forgetLostTransaction() {
    self.state.withLock { $0.hasLostTransaction = false }
  }

  /// Refuses what ADBC goes on with after a COMMIT that failed, as if it were in a transaction still.
  ///
  /// That is statements it has prepared, and ingestions: they would be committed, one by one.
  func requireNoLostTransaction() throws(EngineError) {
    guard !self.state.withLock({ $0.hasLostTransaction }) else { throw .transactionLost }
  }

  func transaction(on connection: ObjectIdentifier) -> OpenTransaction? {
    self.state.withLock { state in
      state.transactions.first { $0.connection == connection }
    }
  }

  func transaction(_ handle: Handle) -> OpenTransaction? {
    self.state.withLock { state in
      state.transactions.first { $0.handle == handle }
    }
  }

  /// When the oldest open transaction began.
  var oldestTransactionStart: ContinuousClock.Instant? {
    self.state.withLock { $0.transactions.map(\.start).min() }
  }

  /// Lets the transaction on `connection`, if there is one, have a turn until it has ended.
  func keep(_ turn: HeldTurn, on connection: ObjectIdentifier) {
    self.state.withLock { state in
      let index = state.transactions.firstIndex {
        $0.connection == connection && $0.expiry == nil && $0.turn == nil
      }
      if let index { state.transactions[index].turn = turn }
    }
  }

  /// Whether the transaction on `connection` has a turn.
  func hasTurn(_ connection: ObjectIdentifier) -> Bool {
    self.transaction(on: connection)?.turn != nil
  }

  /// Gives back what transactions have that end with their session.
  func giveTurns() {
    let turns = self.state.withLock { state in
      let turns = state.transactions.compactMap(\.turn)
      for index in state.transactions.indices { state.transactions[index].turn = nil }
      return turns
    }
    withExtendedLifetime(turns) {}
  }

  /// Postpones the expiry of the transaction on `connection`, if there is one.
  func noteUse(of connection: ObjectIdentifier) {
    self.state.withLock { state in
      guard let index = state.transactions.firstIndex(where: { $0.connection == connection })
      else { return }
      state.transactions[index].lastUse = .now
    }
  }

  /// The transactions that may not stay open any longer.
  func overdueTransactions(_ configuration: EngineConfiguration) -> [OpenTransaction] {
    self.state.withLock { state in
      state.transactions.filter { $0.expiry == nil && $0.overdue(configuration) != nil }
    }
  }

  func expire(_ handle: Handle, because reason: EngineError) {
    let turn = self.state.withLock { state -> HeldTurn? in
      guard let index = state.transactions.firstIndex(where: { $0.handle == handle })
      else { return nil }
      defer { state.transactions[index].turn = nil }
      state.transactions[index].expiry = reason
      return state.transactions[index].turn
    }
    withExtendedLifetime(turn) {}
  }
}
