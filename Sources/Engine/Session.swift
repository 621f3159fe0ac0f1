internal import NIOPosix
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
    var lastUse = ContinuousClock.now
    var isClosed = false
  }

  /// Connections without a statement that are kept for the next ones.
  private static let idleConnectionLimit = 2

  package let id: Handle
  let resources: EngineResources
  let shared = SessionState()
  let state = Mutex(State())

  init(id: Handle, resources: EngineResources) {
    self.id = id
    self.resources = resources
  }
}

// MARK: - Connections

extension Session {
  /// Takes a connection for one statement, to be given back by ``checkIn(_:)``.
  func checkOut(preferring query: CompiledStatement? = nil) throws -> SessionConnection {
    try self.state.withLock { state in
      guard !state.isClosed else { throw EngineError.sessionClosed }
      state.lastUse = .now
      let index = self.chooseSlot(&state, preferring: query)
      state.slots[index].statementsAtWork += 1
      return state.slots[index].connection
    }
  }

  private func chooseSlot(_ state: inout State, preferring query: CompiledStatement?) -> Int {
    if let required = self.shared.requiredConnection,
      let index = state.slots.firstIndex(where: { ObjectIdentifier($0.connection) == required })
    {
      return index
    }
    if let query {
      let index = state.slots.firstIndex { $0.connection === query.connection }
      if let index, query.isBoundToConnection || state.slots[index].statementsAtWork == 0 {
        return index
      }
      if index == nil, query.isBoundToConnection {
        state.slots.append(Slot(connection: query.connection))
        return state.slots.count - 1
      }
    }
    if let idle = state.slots.firstIndex(where: { $0.statementsAtWork == 0 }) {
      return idle
    }
    guard state.slots.count >= self.resources.configuration.connectionsPerSession else {
      state.slots.append(
        Slot(connection: SessionConnection(resources: self.resources, state: self.shared))
      )
      return state.slots.count - 1
    }
    // Not empty: there are as many as the limit, which is at least one.
    return state.slots.indices.min {
      state.slots[$0].statementsAtWork < state.slots[$1].statementsAtWork
    }!
  }

  func checkIn(_ connection: SessionConnection) {
    let dropped = self.state.withLock { state -> SessionConnection? in
      guard let index = state.slots.firstIndex(where: { $0.connection === connection }) else {
        return nil
      }
      state.slots[index].statementsAtWork -= 1
      state.lastUse = .now
      let idle = state.slots.filter { $0.statementsAtWork == 0 }
      guard idle.count > Self.idleConnectionLimit,
        state.slots[index].statementsAtWork == 0,
        self.shared.requiredConnection != ObjectIdentifier(connection)
      else { return nil }
      return state.slots.remove(at: index).connection
    }
    if let dropped { self.free([dropped]) }
  }

  /// Lets go of connections on a worker, since disconnecting may block.
  private func free(_ connections: [SessionConnection]) {
    self.resources.threads.submit { _ in withExtendedLifetime(connections) {} }
  }

  /// Runs one statement on a connection of the session.
  func onConnection<Value: Sendable>(
    preferring compiled: CompiledStatement? = nil,
    cancellation: Cancellation,
    _ work: (SessionConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try self.checkOut(preferring: compiled)
    defer { self.checkIn(connection) }
    self.resources.activeStatements.insert(cancellation)
    defer { self.resources.activeStatements.remove(cancellation) }
    try self.resources.queue.enter()
    return try await work(connection)
  }
}

// MARK: - Life

extension Session {
  /// Whether nothing has happened for `lifetime` and no statement is at work.
  func isIdle(for lifetime: Duration) -> Bool {
    self.state.withLock { state in
      state.lastUse + lifetime < .now && state.slots.allSatisfy { $0.statementsAtWork == 0 }
    }
  }

  /// Ends the session: an open transaction is rolled back, everything it held is freed.
  func close() {
    let connections = self.state.withLock { state in
      defer {
        state.slots = []
        state.prepared = [:]
        state.isClosed = true
      }
      return state.slots.map(\.connection)
    }
    self.resources.unfetched.removeAll(of: self)
    self.free(connections)
  }
}
