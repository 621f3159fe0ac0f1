internal import Synchronization

/// Slows down those who guess passwords.
///
/// Failures are counted for the name and for the peer's address. From a number on, the next login is
/// refused unseen until a delay has passed that doubles with each failure. Nothing waits meanwhile:
/// a held call would cost the server more than the client.
///
/// A name has fewer failures free than an address, which many clients may share behind a proxy. A
/// name's delay doesn't hold for addresses from which that name has logged in before, so that a
/// stranger can't keep a user out.
package final class LoginAttempts: Sendable {
  package struct Limits: Sendable {
    package var freeFailuresOfName = 5
    package var freeFailuresOfAddress = 20
    package var maximumDelaySeconds = 60
    /// Failures longer ago than this are forgotten.
    package var memory = Duration.seconds(900)
    /// Names and addresses that are remembered at once, each.
    package var entryLimit = 10_000

    package init() {}
  }

  private struct Failures {
    var count: Int
    var last: ContinuousClock.Instant
  }

  private struct Place: Hashable {
    /// Its beginning: nobody fills the table with names of any length.
    var name: ExactName
    var address: ExactName

    init(_ name: String, _ address: String) {
      self.name = ExactName(name.prefix(64))
      self.address = ExactName(address)
    }
  }

  private struct State {
    var names: [ExactName: Failures] = [:]
    var addresses: [ExactName: Failures] = [:]
    var knownPlaces: Set<Place> = []
  }

  private let limits: Limits
  private let state = Mutex(State())

  package init(_ limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Refuses a login that comes too soon after failed ones.
  package func requireAllowed(
    name: String,
    address: String,
    now: ContinuousClock.Instant = .now
  ) throws(AuthenticationError) {
    let place = Place(name, address)
    let delay = self.state.withLock { state in
      let ofAddress = self.remainder(
        state.addresses[place.address],
        free: self.limits.freeFailuresOfAddress,
        now
      )
      guard !state.knownPlaces.contains(place) else {
        return ofAddress
      }
      return max(
        ofAddress,
        self.remainder(state.names[place.name], free: self.limits.freeFailuresOfName, now)
      )
    }
    guard delay > .zero else { return }
    throw .tooManyFailures(seconds: Int(delay.components.seconds) + 1)
  }

  package func noteFailure(name: String, address: String, now: ContinuousClock.Instant = .now) {
    let place = Place(name, address)
    self.state.withLock { state in
      self.count(place.name, &state.names, now)
      self.count(place.address, &state.addresses, now)
      // From here on somebody guesses where the user once was.
      state.knownPlaces.remove(place)
    }
  }

  package func noteSuccess(name: String, address: String) {
    let place = Place(name, address)
    self.state.withLock { state in
      let own = state.names.removeValue(forKey: place.name)?.count ?? 0
      // Those of other names stay: whoever has an account may guess for others, too.
      if let failures = state.addresses[place.address] {
        let others = failures.count - own
        state.addresses[place.address] =
          others > 0 ? Failures(count: others, last: failures.last) : nil
      }
      if state.knownPlaces.count >= self.limits.entryLimit { state.knownPlaces.removeAll() }
      state.knownPlaces.insert(place)
    }
  }

  private func remainder(
    _ failures: Failures?,
    free: Int,
    _ now: ContinuousClock.Instant
  ) -> Duration {
    guard let failures, failures.count >= free else { return .zero }
    let doublings = min(failures.count - free, 16)
    let delay = Duration.seconds(min(1 << doublings, self.limits.maximumDelaySeconds))
    return failures.last + delay - now
  }

  private func count(
    _ key: ExactName,
    _ failures: inout [ExactName: Failures],
    _ now: ContinuousClock.Instant
  ) {
    if failures[key] == nil, failures.count >= self.limits.entryLimit {
      failures = failures.filter { $0.value.last + self.limits.memory > now }
      // Nobody's failures are forgotten for new names before half of them are.
      if failures.count >= self.limits.entryLimit {
        let kept = failures.sorted { $0.value.last > $1.value.last }
          .prefix(self.limits.entryLimit / 2)
        failures = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
      }
    }
    let previous = failures[key].flatMap { $0.last + self.limits.memory > now ? $0.count : nil }
    failures[key] = Failures(count: (previous ?? 0) + 1, last: now)
  }
}

extension ContinuousClock.Instant {
  fileprivate static func - (later: Self, earlier: Self) -> Duration { earlier.duration(to: later) }
}
