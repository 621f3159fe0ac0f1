internal import Crypto
internal import Foundation
internal import Synchronization

/// Remembers for a while which credentials were good, and whose they are.
///
/// Only keyed digests of what was shown are kept. What is remembered is checked anew after a few
/// minutes at the latest, so that a key or user that is gone stops counting soon.
final class VerifiedCredentials: Sendable {
  private struct Entry {
    var identity: Identity
    var deadline: ContinuousClock.Instant
  }

  private struct State {
    var entries: [HMAC<SHA256>.MAC: Entry] = [:]
    var generation = 0
  }

  private static let lifetime = Duration.seconds(300)
  private static let limit = 10_000

  private let key = SymmetricKey(size: .bits256)
  private let state = Mutex(State())

  /// How often all was forgotten.
  var generation: Int { self.state.withLock { $0.generation } }

  subscript(shown: String) -> Identity? {
    let digest = self.digest(shown)
    return self.state.withLock { state in
      guard let entry = state.entries[digest], entry.deadline > .now else { return nil }
      return entry.identity
    }
  }

  /// - Parameter generation: The one in which checking it began: who was let in by what has
  ///   been forgotten since, such as a user, is checked again.
  func remember(_ identity: Identity, for shown: String, since generation: Int) {
    // An expiry may be further away than a duration can tell.
    let remaining = identity.expiry?.timeIntervalSinceNow ?? .infinity
    let seconds = min(max(0, remaining), Self.lifetime / .seconds(1))
    let deadline = ContinuousClock.now + .seconds(seconds)
    let digest = self.digest(shown)
    self.state.withLock { state in
      guard state.generation == generation else { return }
      if state.entries.count >= Self.limit {
        state.entries = state.entries.filter { $0.value.deadline > .now }
        // All are checked again rather than some looked for that matter less.
        if state.entries.count >= Self.limit { state.entries.removeAll() }
      }
      state.entries[digest] = Entry(identity: identity, deadline: deadline)
    }
  }

  func removeAll() {
    self.state.withLock { state in
      state.entries.removeAll()
      state.generation += 1
    }
  }

  private func digest(_ shown: String) -> HMAC<SHA256>.MAC {
    HMAC.authenticationCode(for: Array(shown.utf8), using: self.key)
  }
}
