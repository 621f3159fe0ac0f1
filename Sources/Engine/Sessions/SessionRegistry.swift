package import Auth
internal import Synchronization

/// Finds the session a call belongs to.
///
/// A session is named by the id its client sends back, as a cookie or a bearer token. A client
/// that never does is recognised by its connection, and behind a proxy by its address; but where
/// clients on a connection do send ids, a call without one comes from another client, since several
/// may share a connection. Those that log in get a session each.
package final class SessionRegistry: Sendable {
  /// Who makes calls without an id on a connection.
  private struct AnonymousClient: Hashable {
    var principal: Principal
    var address: String?
  }

  private struct ConnectionEntry {
    /// The sessions of the clients that send no id.
    var anonymousSessions: [AnonymousClient: Handle] = [:]
    var hasIdentifiedClients = false
  }

  private struct State {
    var sessions: [Handle: Session] = [:]
    var counts: [Principal: Int] = [:]
    /// Sessions whose client has sent their id: they outlive their connection.
    var identified: Set<Handle> = []
    /// The connections on which clients have logged in who haven't sent their ids yet.
    var logins: [Handle: UInt64] = [:]
    var connections: [UInt64: ConnectionEntry] = [:]

    mutating func insert(_ session: Session) {
      self.sessions[session.id] = session
      self.counts[session.principal, default: 0] += 1
    }

    mutating func identify(_ id: Handle) {
      self.identified.insert(id)
      self.logins[id] = nil
    }

    mutating func remove(_ id: Handle) -> Session? {
      self.identified.remove(id)
      self.logins[id] = nil
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
    let client = AnonymousClient(principal: principal, address: address)
    let outcome: Result<Found, EngineError> = self.state.withLock { state in
      let known = state.connections[connection]
      var entry = known ?? ConnectionEntry()
      var isRefused = false
      // The end of a connection whose first call is refused won't be reported.
      defer { state.connections[connection] = isRefused ? known : entry }
      func found(_ session: Session, isNew: Bool) -> Found {
        Found(
          session: session,
          use: SessionUse(of: session),
          isNew: isNew,
          isFirstCall: known == nil
        )
      }
      if let id {
        entry.hasIdentifiedClients = true
        if let session = state.sessions[id], session.principal == principal {
          state.identify(id)
          if entry.anonymousSessions[client] == id { entry.anonymousSessions[client] = nil }
          return .success(found(session, isNew: false))
        }
      } else if !isLogin, !entry.hasIdentifiedClients,
        let anonymous = entry.anonymousSessions[client],
        let session = state.sessions[anonymous]
      {
        return .success(found(session, isNew: false))
      }
      if let error = self.refusal(of: principal, state) {
        isRefused = true
        return .failure(error)
      }
      let adopted = self.adoptable(id, state)
      let session = Session(
        id: adopted ?? Handle(),
        principal: principal,
        resources: self.resources
      )
      state.insert(session)
      if let adopted {
        state.identify(adopted)
      } else if isLogin {
        state.logins[session.id] = connection
      } else if id == nil, !entry.hasIdentifiedClients {
        entry.anonymousSessions[client] = session.id
      }
      return .success(found(session, isNew: true))
    }
    return try outcome.get()
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
      let logins = state.logins.filter { $0.value == connection }.keys
      return (anonymous + logins).compactMap { state.remove($0) }
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
