internal import Auth
internal import DequeModule
internal import Synchronization

/// The results that were announced to clients and wait to be fetched, each once.
final class UnfetchedResults: Sendable {
  private struct Entry {
    var stream: ResultStream
    var deadline: ContinuousClock.Instant
  }

  /// What a principal has.
  private struct Share {
    var count = 0
    /// In the order of their deadlines; may name results that were fetched or renewed since.
    var order: Deque<(handle: Handle, deadline: ContinuousClock.Instant)> = []
  }

  private struct State {
    var entries: [Handle: Entry] = [:]
    var shares: [Principal: Share] = [:]
  }

  /// How many more than twice a principal's results its order may name.
  private static let orderSlack = 1_000

  /// A result that was renewed less than this ago isn't renewed again.
  private static let renewalInterval = Duration.seconds(1)

  private let limit: Int
  private let lifetime: Duration
  private let state = Mutex(State())

  init(limit: Int, lifetime: Duration) {
    self.limit = limit
    self.lifetime = lifetime
  }

  var count: Int { self.state.withLock { $0.entries.count } }

  /// Keeps a result; if there are too many, the oldest of the principal goes who has the most.
  func insert(_ stream: ResultStream) -> Handle {
    let handle = stream.handle
    let principal = stream.session.principal
    // Results end outside the lock: some have a connection at work for them.
    let dropped = self.state.withLock { state -> [Entry] in
      let now = ContinuousClock.now
      let deadline = now + self.lifetime
      state.entries[handle] = Entry(stream: stream, deadline: deadline)
      state.shares[principal, default: Share()].count += 1
      state.shares[principal]?.order.append((handle, deadline))
      var dropped = Self.removeExpired(of: principal, &state, now: now)
      if state.entries.count > self.limit,
        let largest = state.shares.max(by: { $0.value.count < $1.value.count })?.key,
        let oldest = Self.removeFirst(of: largest, &state)
      {
        dropped.append(oldest)
      }
      return dropped
    }
    for entry in dropped { entry.stream.abandon() }
    return handle
  }

  /// Hands the result out for good, to its owner.
  func take(_ handle: Handle, for principal: Principal) throws(EngineError) -> ResultStream {
    let entry = self.state.withLock { Self.remove(handle, of: principal, &$0) }
    guard let entry else { throw .unknownTicket }
    guard entry.deadline > .now else {
      entry.stream.abandon()
      throw .unknownTicket
    }
    return entry.stream
  }

  /// Takes the result away from its ticket; `nil` if there is none.
  func remove(_ handle: Handle, for principal: Principal) -> ResultStream? {
    self.state.withLock { Self.remove(handle, of: principal, &$0) }?.stream
  }

  private static func remove(
    _ handle: Handle,
    of principal: Principal,
    _ state: inout State
  ) -> Entry? {
    guard state.entries[handle]?.stream.session.principal == principal else { return nil }
    return Self.remove(handle, &state)
  }

  private static func remove(_ handle: Handle, _ state: inout State) -> Entry? {
    guard let entry = state.entries.removeValue(forKey: handle) else { return nil }
    let principal = entry.stream.session.principal
    state.shares[principal]?.count -= 1
    if state.shares[principal]?.count == 0 { state.shares[principal] = nil }
    return entry
  }

  /// Gives the result its whole lifetime again.
  func renew(_ handle: Handle, for principal: Principal) throws(EngineError) {
    let isKnown = self.state.withLock { state in
      guard let entry = state.entries[handle], entry.deadline > .now,
        entry.stream.session.principal == principal
      else { return false }
      let deadline = ContinuousClock.now + self.lifetime
      // What is renewed again and again doesn't fill the queue.
      guard deadline - entry.deadline >= Self.renewalInterval else { return true }
      state.entries[handle]?.deadline = deadline
      state.shares[principal]?.order.append((handle, deadline))
      return true
    }
    guard isKnown else { throw .unknownTicket }
  }

  func removeExpired() {
    let dropped = self.state.withLock { state in
      let now = ContinuousClock.now
      return Array(state.shares.keys).flatMap { Self.removeExpired(of: $0, &state, now: now) }
    }
    for entry in dropped { entry.stream.abandon() }
  }

  func removeAll(of session: Session) {
    let dropped = self.state.withLock { state in
      let handles = state.entries.filter { $0.value.stream.session === session }.keys
      return handles.compactMap { Self.remove($0, &state) }
    }
    for entry in dropped { entry.stream.abandon() }
  }

  private static func removeExpired(
    of principal: Principal,
    _ state: inout State,
    now: ContinuousClock.Instant
  ) -> [Entry] {
    // One that nobody fetches keeps those behind it from being looked at until it expires.
    let excess = state.shares[principal].map { $0.order.count - 2 * $0.count } ?? 0
    if excess > Self.orderSlack {
      let entries = state.entries
      state.shares[principal]?.order.removeAll { entries[$0.handle]?.deadline != $0.deadline }
    }
    var dropped: [Entry] = []
    while let first = Self.first(of: principal, &state), first.entry.deadline <= now {
      if let entry = Self.remove(first.handle, &state) { dropped.append(entry) }
    }
    return dropped
  }

  private static func removeFirst(of principal: Principal, _ state: inout State) -> Entry? {
    Self.first(of: principal, &state).flatMap { Self.remove($0.handle, &state) }
  }

  /// The principal's result that expires first.
  private static func first(
    of principal: Principal,
    _ state: inout State
  ) -> (handle: Handle, entry: Entry)? {
    while let first = state.shares[principal]?.order.first {
      if let entry = state.entries[first.handle], entry.deadline == first.deadline {
        return (first.handle, entry)
      }
      state.shares[principal]?.order.removeFirst()
    }
    return nil
  }
}
