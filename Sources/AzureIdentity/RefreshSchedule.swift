package import Foundation

/// Decides when the next token is asked for, and says how it is about the one there is.
package struct RefreshSchedule: Hashable, Sendable {
  /// Azure may go on issuing the token it has issued before: this is how often it is asked again.
  package static let pollInterval = 60.0
  package static let shortestBackoff = 30.0
  package static let longestBackoff = 300.0
  /// Whatever a token says, nobody is asked more often than this.
  package static let shortestDelay = 1.0

  /// How long before its expiry a token is replaced at the latest, in seconds.
  private let margin: Double
  package private(set) var obtained: Date?
  package private(set) var expiry: Date?
  /// When to ask next.
  package private(set) var due = Date.distantPast
  private var failureCount = 0

  package init(margin: Double) {
    self.margin = margin
  }

  /// Notes the answer to a request.
  ///
  /// - Returns: Whether it is a new token; else the old one is to be kept.
  package mutating func note(expiry: Date, at now: Date) -> Bool {
    self.failureCount = 0
    if let old = self.expiry, expiry <= old {
      let remaining = old.timeIntervalSince(now)
      self.wait(
        remaining > 0 ? min(Self.pollInterval, remaining / 2) : Self.pollInterval,
        from: now
      )
      return false
    }
    self.obtained = now
    self.expiry = expiry
    let lifetime = expiry.timeIntervalSince(now)
    // A lifetime about as short as the margin isn't to have it asked for all the time.
    self.wait(max(min(lifetime / 2, lifetime - self.margin), lifetime / 4), from: now)
    return true
  }

  /// Notes that there was no good answer, or no use for it.
  package mutating func noteFailure(at now: Date) {
    let backoff = min(
      Self.shortestBackoff * pow(2, Double(min(self.failureCount, 16))),
      Self.longestBackoff
    )
    self.failureCount += 1
    let remaining = self.expiry?.timeIntervalSince(now) ?? 0
    // A token that ends soon leaves less time, and without one there is nothing to lose.
    self.wait(remaining > 0 ? min(backoff, remaining / 2) : Self.shortestBackoff, from: now)
  }

  /// `nil` before the first token.
  package func state(at now: Date) -> TokenState? {
    guard let expiry = self.expiry else { return nil }
    if expiry <= now { return .expired }
    return self.failureCount > 0 ? .degraded : .ok
  }

  private mutating func wait(_ seconds: Double, from now: Date) {
    self.due = now.addingTimeInterval(max(seconds, Self.shortestDelay))
  }
}
