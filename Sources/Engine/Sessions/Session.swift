package import Auth
internal import Synchronization

/// A client's own state: its settings, temporary objects, transaction and prepared statements.
///
/// Its statements may overlap: each runs on a connection of its own to which the session's
/// settings are repeated, unless a transaction or temporary objects tie all of them to one.
package final class Session: Sendable {
  struct Slot {
    var connection: SessionConnection
    var statementsAtWork = 0
  }

  struct State {
    var slots: [Slot] = []
    var prepared: [Handle: PreparedHandle] = [:]
    /// Statements that were prepared in another session's transaction, and live there.
    var preparedElsewhere: [Handle: Session] = [:]
    var recent = RecentStatements()
    var lastUse = ContinuousClock.now
    /// What else keeps it in use: calls, of which some have no statement at work yet.
    var useCount = 0
    var isClosed = false

    func index(of connection: ObjectIdentifier) -> Int? {
      self.slots.firstIndex { ObjectIdentifier($0.connection) == connection }
    }
  }

  /// Connections without a statement that are kept for the next ones.
  private static let idleConnectionLimit = 2

  package let id: Handle
  /// The session's number in the log.
  package let number = SerialNumber.nextSession()
  /// Whose session it is; nobody else can use it.
  package let principal: Principal
  let resources: EngineResources
  let shared: SessionState
  let state = Mutex(State())
  let timeout: Mutex<Duration?>

  init(
    id: Handle,
    principal: Principal,
    resources: EngineResources,
    settings: [String] = []
  ) {
    self.id = id
    self.principal = principal
    self.resources = resources
    self.shared = SessionState(principal, settings: settings)
    self.timeout = Mutex(resources.configuration.statementTimeout)
  }
}

// MARK: - Connections

extension Session {
  /// Takes a connection for one statement, to be given back by ``checkIn(_:)``.
  ///
  /// - Parameters:
  ///   - query: Where it was compiled is where it runs, if possible.
  ///   - transaction: The transaction that the statement names.
  func checkOut(
    preferring query: CompiledStatement? = nil,
    in transaction: Handle? = nil
  ) throws -> SessionConnection {
    try self.checkOut { state in
      guard let transaction else { return self.chooseSlot(&state, preferring: query) }
      guard let index = self.slot(of: transaction, state) else {
        throw EngineError.unknownTransaction
      }
      return index
    }
  }

  /// Takes a connection for a new transaction.
  func checkOutForTransaction() throws -> SessionConnection {
    try self.checkOut { state in
      if let home = self.shared.home, let index = state.index(of: home) { return index }
      let free = state.slots.firstIndex { slot in
        slot.statementsAtWork == 0 && !self.shared.needs(ObjectIdentifier(slot.connection))
      }
      if let free { return free }
      let limit = self.resources.configuration.connectionsPerSession
      guard state.slots.count < limit else { throw EngineError.tooManyTransactions(limit: limit) }
      return self.addSlot(&state)
    }
  }

  private func checkOut(
    _ choose: (inout State) throws -> Int
  ) throws -> SessionConnection {
    let connection = try self.state.withLock { state in
      guard !state.isClosed else { throw EngineError.sessionClosed }
      state.lastUse = .now
      let index = try choose(&state)
      state.slots[index].statementsAtWork += 1
      return state.slots[index].connection
    }
    self.shared.noteUse(of: ObjectIdentifier(connection))
    return connection
  }

  private func slot(of transaction: Handle, _ state: State) -> Int? {
    self.shared.transaction(transaction).flatMap { state.index(of: $0.connection) }
  }

  private func addSlot(_ state: inout State) -> Int {
    state.slots.append(
      Slot(
        connection: SessionConnection(
          resources: self.resources,
          state: self.shared,
          role: self.principal.role
        )
      )
    )
    return state.slots.count - 1
  }

  private func chooseSlot(_ state: inout State, preferring query: CompiledStatement?) -> Int {
    if let transaction = query?.transaction, let index = self.slot(of: transaction, state) {
      return index
    }
    if let required = self.shared.requiredConnection, let index = state.index(of: required) {
      return index
    }
    if let query {
      let index = state.slots.firstIndex { $0.connection === query.connection }
      if let index, query.isBoundToConnection || state.slots[index].statementsAtWork == 0 {
        return index
      }
    }
    if let idle = state.slots.firstIndex(where: { $0.statementsAtWork == 0 }) {
      return idle
    }
    guard state.slots.count >= self.resources.configuration.connectionsPerSession else {
      return self.addSlot(&state)
    }
    // Not empty: there are as many as the limit, which is at least one.
    return state.slots.indices.min {
      state.slots[$0].statementsAtWork < state.slots[$1].statementsAtWork
    }!
  }

  func checkIn(_ connection: SessionConnection) {
    self.shared.noteUse(of: ObjectIdentifier(connection))
    let dropped = self.state.withLock { state -> [SessionConnection] in
      guard let index = state.index(of: ObjectIdentifier(connection)) else { return [] }
      state.slots[index].statementsAtWork -= 1
      state.lastUse = .now
      return self.removeExcess(&state)
    }
    if !dropped.isEmpty { self.free(dropped) }
  }

  /// Takes out connections without a statement, but for those that the next ones use first.
  ///
  /// One on which something was compiled that is still there stays: it is open for as long as that is,
  /// and counts.
  private func removeExcess(_ state: inout State) -> [SessionConnection] {
    let idle = state.slots.filter { $0.statementsAtWork == 0 }.map(\.connection)
    let excess = idle.dropFirst(Self.idleConnectionLimit).filter { connection in
      let id = ObjectIdentifier(connection)
      guard !self.shared.needs(id), !self.shared.areSettingsMade(on: id) else { return false }
      state.recent.removeAll(of: connection)
      return !connection.hasCompiledStatements
    }
    guard !excess.isEmpty else { return [] }
    state.slots.removeAll { slot in excess.contains { $0 === slot.connection } }
    return excess
  }

  /// Lets go of connections on a worker, since disconnecting may block.
  private func free(_ connections: [SessionConnection]) {
    self.resources.threads.submit { withExtendedLifetime(connections) {} }
  }

  /// The connection `id`, if no statement is at work on it.
  func idleConnection(_ id: ObjectIdentifier) -> SessionConnection? {
    self.state.withLock { state in
      state.index(of: id).flatMap { index in
        state.slots[index].statementsAtWork == 0 ? state.slots[index].connection : nil
      }
    }
  }

  /// Runs one statement on a connection of the session.
  ///
  /// - Parameter sql: What it is going to execute.
  func onConnection<Value: Sendable>(
    preferring compiled: CompiledStatement? = nil,
    in transaction: Handle? = nil,
    running sql: String? = nil,
    cancellation: Cancellation,
    _ work: @escaping @Sendable (SessionConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try self.checkOut(preferring: compiled, in: transaction)
    let turn = sql.flatMap { self.turn(for: $0, on: connection) }
    return try await self.on(connection, inTurn: turn, cancellation: cancellation, work)
  }

  /// Runs one statement on a connection that was checked out for it, and checks it in.
  func on<Value: Sendable>(
    _ connection: SessionConnection,
    inTurn turn: LakeTurn? = nil,
    cancellation: Cancellation,
    _ work: @escaping @Sendable (SessionConnection) async throws -> Value
  ) async throws -> Value {
    do {
      try self.enterQueue(for: connection, cancellation)
    } catch {
      self.checkIn(connection)
      throw error
    }
    return try await self.takeTurn(on: connection, cancellation, mayWait: turn != nil) {
      defer {
        self.resources.activeStatements.remove(cancellation)
        self.checkIn(connection)
      }
      guard let turn else { return try await work(connection) }
      return try await self.inTurn(for: turn, on: connection, cancellation) {
        try await work(connection)
      }
    }
  }

  /// Lets a statement wait for a worker; if that is refused, it isn't at work.
  func enterQueue(for connection: SessionConnection, _ cancellation: Cancellation) throws {
    let statements = self.resources.activeStatements
    try statements.insert(cancellation, of: self.principal, timeLimit: self.statementTimeout)
    do {
      try self.resources.queue.enter(cancellation)
    } catch {
      statements.remove(cancellation)
      throw error
    }
  }

  /// Runs the work of a statement that has entered the queue.
  func takeTurn<Value: Sendable>(
    on connection: SessionConnection,
    _ cancellation: Cancellation,
    mayWait: Bool = false,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let mayWait = mayWait || self.resources.isBusy || connection.isOccupied
    return try await self.resources.queue.run(
      cancellation,
      on: connection,
      mayWait: mayWait,
      work
    )
  }
}

// MARK: - Life

extension Session {
  var isClosed: Bool { self.state.withLock { $0.isClosed } }

  /// When something has happened last.
  var lastUse: ContinuousClock.Instant { self.state.withLock { $0.lastUse } }

  /// Whether nothing has happened for `lifetime`, no call is running and no statement is at work.
  func isIdle(for lifetime: Duration) -> Bool {
    self.state.withLock { state in
      state.useCount == 0 && state.lastUse + lifetime < .now
        && state.slots.allSatisfy { $0.statementsAtWork == 0 }
    }
  }

  /// Ends the session: an open transaction is rolled back, everything it held is freed.
  func close() {
    let connections = self.state.withLock { state in
      defer {
        state.slots = []
        state.prepared = [:]
        state.preparedElsewhere = [:]
        state.recent = RecentStatements()
        state.isClosed = true
      }
      return state.slots.map(\.connection)
    }
    self.resources.unfetched.removeAll(of: self)
    self.resources.polled.removeAll(of: self)
    self.shared.giveTurns()
    self.free(connections)
  }
}
