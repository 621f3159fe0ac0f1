internal import Crypto
internal import Foundation
internal import Synchronization

/// Remembers for a while which `authorization` headers were good, and whose they are.
///
/// Only keyed digests of the headers are kept. What is remembered is checked anew after a few
/// minutes at the latest, so that a key or user that is gone stops counting soon.
final class VerifiedCredentials: Sendable {
  private struct Entry {
    var identity: Identity
    var deadline: ContinuousClock.Instant
  }

  private static let lifetime = Duration.seconds(300)
  private static let limit = 10_000

  private let key = SymmetricKey(size: .bits256)
  private let entries = Mutex<[HMAC<SHA256>.MAC: Entry]>([:])

  subscript(header: String) -> Identity? {
    let digest = self.digest(header)
    return self.entries.withLock { entries in
      guard let entry = entries[digest], entry.deadline > .now else { return nil }
      return entry.identity
    }
  }

  func remember(_ identity: Identity, for header: String) {
    // An expiry may be further away than a duration can tell.
    let remaining = identity.expiry?.timeIntervalSinceNow ?? .infinity
    let seconds = min(max(0, remaining), Self.lifetime / .seconds(1))
    let deadline = ContinuousClock.now + .seconds(seconds)
    let digest = self.digest(header)
    self.entries.withLock { entries in
      if entries.count >= Self.limit {
        entries = entries.filter { $0.value.deadline > .now }
        // All are checked again rather than some looked for that matter less.
        if entries.count >= Self.limit { entries.removeAll() }
      }
      entries[digest] = Entry(identity: identity, deadline: deadline)
    }
  }

  func removeAll() {
    self.entries.withLock { $0.removeAll() }
  }

  private func digest(_ header: String) -> HMAC<SHA256>.MAC {
    HMAC.authenticationCode(for: Array(header.utf8), using: self.key)
  }
}
