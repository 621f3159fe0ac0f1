internal import DequeModule
internal import Foundation
internal import Synchronization

/// Lets statements that remove rows from a table come one after the other, so that they don't meet
/// in its files: one of two would be in vain.
///
/// Those that add rows wait only for one that was in vain because of such rows: else it might never
/// come to its end.
///
/// It is a courtesy among the statements of this server that are transactions of their own, and its
/// maintenance. What others do is found out when a transaction is committed.
final class TableTurns: Sendable {
  /// The turn of all tables at once, which has nobody's name.
  static let wholeLake: Set = [""]

  private typealias Waiter = OneTimeOutcome<Void>

  private struct Line {
    /// Who gets the turn next.
    var waiters: Deque<Waiter> = []
    /// Whether nobody is to add rows until the turn is given back.
    var isClaimed = false
    /// Who waits for the end of that.
    var adders: [Waiter] = []
  }

  /// A table is in there for as long as somebody has the turn.
  private let lines = Mutex<[String: Line]>([:])

  /// Waits for the turn of each of the tables, without a thread.
  ///
  /// Throws when it is cancelled before; else it is to be given back by ``give(_:)``.
  func take(_ tables: Set<String>, _ cancellation: Cancellation) async throws {
    var taken: [String] = []
    do {
      // All in the same order: no two wait for each other.
      for table in tables.sorted() {
        try await self.take(table, cancellation)
        taken.append(table)
      }
    } catch {
      for table in taken { self.give(table) }
      throw error
    }
  }

  func give(_ tables: Set<String>) {
    for table in tables { self.give(table) }
  }

  /// Waits for the turns, and blocks the thread until then, which must not be one of Swift's pool.
  func takeBlocking(_ tables: Set<String>, _ cancellation: Cancellation) throws {
    let end = DispatchSemaphore(value: 0)
    let failure = Mutex<(any Error)?>(nil)
    Task {
      do {
        try await self.take(tables, cancellation)
      } catch {
        failure.withLock { $0 = error }
      }
      end.signal()
    }
    end.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Keeps statements waiting that would add rows to a table while somebody has its turn.
  func claim(_ tables: Set<String>) {
    self.lines.withLock { lines in
      for table in tables { lines[table]?.isClaimed = true }
    }
  }

  /// Whether anybody who would add rows may have to wait.
  var hasClaims: Bool {
    self.lines.withLock { lines in lines.values.contains(where: \.isClaimed) }
  }

  /// Waits until rows may be added to a table, without a thread.
  func waitToAdd(to table: String, _ cancellation: Cancellation) async throws {
    let waiter = self.lines.withLock { lines -> Waiter? in
      guard lines[table]?.isClaimed == true else { return nil }
      let waiter = Waiter()
      lines[table]?.adders.append(waiter)
      return waiter
    }
    guard let waiter else { return }
    cancellation.whenCancelled { waiter.occur(.failure($0.error)) }
    try await waiter.value
  }

  private func take(_ table: String, _ cancellation: Cancellation) async throws {
    let waiter = self.lines.withLock { lines -> Waiter? in
      guard lines[table] != nil else {
        lines[table] = Line()
        return nil
      }
      let waiter = Waiter()
      lines[table]?.waiters.append(waiter)
      return waiter
    }
    guard let waiter else { return }
    cancellation.whenCancelled { self.leave(table, waiter, because: $0) }
    try await waiter.value
  }

  private func leave(_ table: String, _ waiter: Waiter, because reason: CancellationReason) {
    let hasLeft = self.lines.withLock { lines in
      guard let index = lines[table]?.waiters.firstIndex(where: { $0 === waiter }) else {
        return false
      }
      lines[table]?.waiters.remove(at: index)
      return true
    }
    // Else it has been given the turn, and gives it back itself.
    if hasLeft { waiter.occur(.failure(reason.error)) }
  }

  private func give(_ table: String) {
    let (next, adders) = self.lines.withLock { lines in
      let adders = lines[table]?.adders ?? []
      lines[table]?.adders = []
      lines[table]?.isClaimed = false
      let next = lines[table]?.waiters.popFirst()
      if next == nil { lines[table] = nil }
      return (next, adders)
    }
    for waiter in adders + [next].compactMap(\.self) { waiter.occur(.success(())) }
  }
}
