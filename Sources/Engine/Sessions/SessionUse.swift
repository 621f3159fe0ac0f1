internal import Synchronization

/// Keeps a session from counting as idle, for as long as it lives.
package final class SessionUse: Sendable {
  private let session: Session

  init(of session: Session) {
    self.session = session
    session.state.withLock { $0.useCount += 1 }
  }

  deinit {
    self.session.state.withLock { state in
      state.useCount -= 1
      state.lastUse = .now
    }
  }
}
