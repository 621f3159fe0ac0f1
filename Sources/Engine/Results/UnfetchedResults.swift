internal import Auth
internal import DequeModule
internal import Synchronization

/// The results that were announced to clients and wait to be fetched, each once.
final class UnfetchedResults: Sendable {
  private struct Entry {
    var stream: ResultStream
    var deadline: ContinuousClock.Instant
  }

  private struct State {
    var entries: [Handle: Entry] = [:]
    /// In the order of their deadlines; may name results that were fetched or renewed since.
    var order: Deque<(handle: Handle, deadline: ContinuousClock.Instant)> = []
  }

  /// How many more than twice the results the order may name.
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

  /// Keeps a result; the oldest goes if there are too many.
  func insert(_ stream: ResultStream) -> Handle {
    let handle = stream.handle
    let now = ContinuousClock.now
    // Results end outside the lock: some have a connection at work for them.
    let dropped = self.state.withLock { state in
      let deadline = now + self.lifetime
      state.entries[handle] = Entry(stream: stream, deadline: deadline)
      state.order.append((handle, deadline))
      return Self.removeExpired(&state, now: now, limit: self.limit)
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
    return state.entries.removeValue(forKey: handle)
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
      state.order.append((handle, deadline))
      return true
    }
    guard isKnown else { throw .unknownTicket }
  }

  func removeExpired() {
    let dropped = self.state.withLock { state in
      Self.removeExpired(&state, now: .now, limit: self.limit)
    }
    for entry in dropped { entry.stream.abandon() }
  }

  func removeAll(of session: Session) {
    let dropped = self.state.withLock { state in
      let handles = state.entries.filter { $0.value.stream.session === session }.keys
      return handles.compactMap { state.entries.removeValue(forKey: $0) }
    }
    for entry in dropped { entry.stream.abandon() }
  }

  private static func removeExpired(
    _ state: inout State,
    now: ContinuousClock.Instant,
    limit: Int
  ) -> [Entry] {
    // One that nobody fetches keeps those behind it from being looked at until it expires.
    if state.order.count > 2 * state.entries.count + Self.orderSlack {
      let entries = state.entries
      state.order.removeAll { entries[$0.handle]?.deadline != $0.deadline }
    }
    var dropped: [Entry] = []
    while let first = state.order.first {
      guard let entry = state.entries[first.handle], entry.deadline == first.deadline else {
        state.order.removeFirst()
        continue
      }
      guard entry.deadline <= now || state.entries.count > limit else { break }
      state.order.removeFirst()
      state.entries[first.handle] = nil
      dropped.append(entry)
    }
    return dropped
  }
}
