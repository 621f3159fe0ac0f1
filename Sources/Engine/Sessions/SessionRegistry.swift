package import Auth
internal import Synchronization

/// Finds the session a call belongs to.
///
/// A session is named by the id its client sends back, as a cookie or a bearer token. A client
/// that never does is recognised by its connection, and behind a proxy by its address; but where
/// clients on a connection do send ids, a call without one comes from another client, since several
/// may share a connection. Those that log in get a session each. What isn't named by an id ends with its
/// connection, and makes room before that where a limit is reached.
package final class SessionRegistry: Sendable {
  /// Who makes calls without an id on a connection.
  private struct AnonymousClient: Hashable {
    var principal: Principal
    /// What proxies write there may be long.
    var addressHash: Int?
  }

  private struct ConnectionEntry {
    /// The sessions of the clients that send no id.
    var anonymousSessions: [AnonymousClient: Handle] = [:]
    var hasIdentifiedClients = false
  }

  /// A session that nothing leads to until its client sends its id.
  private struct Unclaimed {
    var connection: UInt64
    var isLogin: Bool
  }

  private struct State {
    var sessions: [Handle: Session] = [:]
    var counts: [Principal: Int] = [:]
    /// Sessions whose client has sent their id: they outlive their connection.
    var identified: Set<Handle> = []
    var unclaimed: [Handle: Unclaimed] = [:]
    /// Where calls without an id find a session.
    var anonymous: [Handle: (connection: UInt64, client: AnonymousClient)] = [:]
    var connections: [UInt64: ConnectionEntry] = [:]

    mutating func insert(_ session: Session) {
      self.sessions[session.id] = session
      self.counts[session.principal, default: 0] += 1
    }

    mutating func identify(_ id: Handle) {
      self.identified.insert(id)
      self.unclaimed[id] = nil
    }

    mutating func remove(_ id: Handle) -> Session? {
      self.identified.remove(id)
      self.unclaimed[id] = nil
      if let (connection, client) = self.anonymous.removeValue(forKey: id),
        self.connections[connection]?.anonymousSessions[client] == id
      {
        self.connections[connection]?.anonymousSessions[client] = nil
      }
      guard let session = self.sessions.removeValue(forKey: id) else { return nil }
      let count = self.counts[session.principal, default: 1]
      self.counts[session.principal] = count > 1 ? count - 1 : nil
      return session
    }
  }

  /// The session of a call.
  package struct Found: Sendable {
    package var session: Session
    /// To be kept until the call ends.
    package var use: SessionUse
    /// Whether the session is new, so that its id must be told to the client.
    package var isNew: Bool
    /// Whether the connection was never seen before: its end must be reported.
    package var isFirstCall: Bool
  }

  private let resources: EngineResources
  private let state = Mutex(State())

  init(resources: EngineResources) {
    self.resources = resources
  }

  package var count: Int { self.state.withLock { $0.sessions.count } }

  /// The session of a call.
  ///
  /// - Parameters:
  ///   - id: What the client sent, if anything.
  ///   - connection: The connection the call came on.
  ///   - principal: Who makes the call: sessions of others are unknown to them.
  ///   - address: Where the client is, as a proxy says that passes calls of many on.
  ///   - isLogin: Whether the call asks for an id to send from now on.
  package func session(
    id: Handle?,
    connection: UInt64,
    principal: Principal = .anonymous,
    address: String? = nil,
    isLogin: Bool = false
  ) throws(EngineError) -> Found {
    let client = AnonymousClient(principal: principal, addressHash: address?.hashValue)
    var displaced: Session?
    defer { displaced?.close() }
    let outcome: Result<Found, EngineError> = self.state.withLock { state in
      let isKnown = state.connections[connection] != nil
      func found(_ session: Session, isNew: Bool) -> Found {
        Found(
          session: session,
          use: SessionUse(of: session),
          isNew: isNew,
          isFirstCall: !isKnown
        )
      }
      let anonymous = state.connections[connection]?.anonymousSessions[client]
      let hasIdentifiedClients =
        id != nil || state.connections[connection]?.hasIdentifiedClients ?? false
      if let id {
        if let session = state.sessions[id], session.principal == principal {
          state.identify(id)
          state.connections[connection, default: ConnectionEntry()].hasIdentifiedClients = true
          if anonymous == id {
            state.connections[connection]?.anonymousSessions[client] = nil
            state.anonymous[id] = nil
          }
          return .success(found(session, isNew: false))
        }
      } else if !isLogin, !hasIdentifiedClients, let anonymous,
        let session = state.sessions[anonymous]
      {
        return .success(found(session, isNew: false))
      }
      if let error = self.refusal(of: principal, state) {
        displaced = self.longestUnused(of: principal, state).flatMap { state.remove($0.id) }
        // The end of a connection whose first call is refused won't be reported.
        guard displaced != nil else { return .failure(error) }
      }
      let adopted = self.adoptable(id, state)
      let session = Session(
        id: adopted ?? Handle(),
        principal: principal,
        resources: self.resources
      )
      state.insert(session)
      state.connections[connection, default: ConnectionEntry()].hasIdentifiedClients =
        hasIdentifiedClients
      if let adopted {
        state.identify(adopted)
      } else if isLogin || hasIdentifiedClients {
        state.unclaimed[session.id] = Unclaimed(connection: connection, isLogin: isLogin)
      } else {
        state.connections[connection]?.anonymousSessions[client] = session.id
        state.anonymous[session.id] = (connection, client)
      }
      return .success(found(session, isNew: true))
    }
    return try outcome.get()
  }

  /// The session of a principal that makes room where a limit is reached: one that a call without an id was
  /// given, and that isn't used.
  private func longestUnused(of principal: Principal, _ state: State) -> Session? {
    state.unclaimed.filter { !$0.value.isLogin }.keys.compactMap { state.sessions[$0] }
      .filter { $0.principal == principal && $0.isIdle(for: .zero) }
      .min { $0.lastUse < $1.lastUse }
  }

  /// The id that a client brings of a session that has ended, or that another server has given it: with
  /// another one each time, a client that keeps the first would get a new session with each call.
  private func adoptable(_ id: Handle?, _ state: State) -> Handle? {
    id.flatMap { state.sessions[$0] == nil ? $0 : nil }
  }

  /// Why a principal may not have another session, if that is so.
  private func refusal(of principal: Principal, _ state: State) -> EngineError? {
    let configuration = self.resources.configuration
    if state.sessions.count >= configuration.sessionLimit {
      return .tooManySessions(limit: configuration.sessionLimit)
    }
    if let limit = configuration.sessionsPerPrincipal,
      state.counts[principal, default: 0] >= limit
    {
      return .tooManySessionsOfPrincipal(limit: limit)
    }
    return nil
  }

  /// The session that a transaction belongs to; those of other principals are unknown.
  package func session(
    ofTransaction handle: Handle,
    principal: Principal = .anonymous
  ) throws(EngineError) -> Session {
    let sessions = self.state.withLock { Array($0.sessions.values) }
    guard
      let session = sessions.first(where: {
        $0.principal == principal && $0.hasTransaction(handle)
      })
    else {
      throw .unknownTransaction
    }
    return session
  }

  package func close(_ session: Session) {
    self.state.withLock { _ = $0.remove(session.id) }
    session.close()
  }

  /// Ends the sessions that only the connection identified.
  package func connectionClosed(_ connection: UInt64) {
    let sessions = self.state.withLock { state in
      let entry = state.connections.removeValue(forKey: connection)
      let anonymous =
        entry?.anonymousSessions.values.filter { !state.identified.contains($0) } ?? []
      let unclaimed = state.unclaimed.filter { $0.value.connection == connection }.keys
      return (anonymous + unclaimed).compactMap { state.remove($0) }
    }
    for session in sessions { session.close() }
  }

  func closeIdle() {
    let lifetime = self.resources.configuration.sessionIdleLifetime
    // Out of reach at once: a call that comes now gets a new one.
    let idle = self.state.withLock { state in
      state.sessions.values.filter { $0.isIdle(for: lifetime) }.compactMap { state.remove($0.id) }
    }
    for session in idle { session.close() }
  }

  /// Rolls back the transactions that nobody has used for long.
  func expireTransactions() async {
    let sessions = self.state.withLock { Array($0.sessions.values) }
    for session in sessions { await session.expireTransactions() }
  }

  /// When the oldest of the open transactions began.
  var oldestTransactionStart: ContinuousClock.Instant? {
    let sessions = self.state.withLock { Array($0.sessions.values) }
    return sessions.compactMap(\.shared.oldestTransactionStart).min()
  }

  func closeAll() {
    let sessions = self.state.withLock { Array($0.sessions.values) }
    for session in sessions { self.close(session) }
  }
}
