internal import Synchronization

/// What the connections of one session share: the settings to repeat, and which of them the
/// session must stay on.
final class SessionState: Sendable {
  private struct State {
    var settings: [String] = []
    /// The connection of the open transaction.
    var transaction: ObjectIdentifier?
    /// The connection with the session's temporary objects.
    var home: ObjectIdentifier?
  }

  /// Settings beyond this number keep the session on the connection that has them all.
  private static let settingLimit = 1_000

  private let state = Mutex(State())

  /// The connection every statement must use now, if it isn't free to choose.
  var requiredConnection: ObjectIdentifier? {
    self.state.withLock { $0.transaction ?? $0.home }
  }

  func isInTransaction(_ connection: ObjectIdentifier) -> Bool {
    self.state.withLock { $0.transaction == connection }
  }

  /// The statements a connection must repeat that has already run the first `count`.
  func settings(after count: Int) -> ArraySlice<String> {
    self.state.withLock { $0.settings[min(count, $0.settings.count)...] }
  }

  /// Records what a statement on `connection` did to the session.
  ///
  /// - Parameter repeatedCount: How many settings the connection has run so far.
  /// - Returns: The same number afterwards.
  func record(
    _ effect: StatementEffect,
    on connection: ObjectIdentifier,
    repeatedCount: Int
  ) -> Int {
    self.state.withLock { state in
      switch effect {
      case .none: break
      case .beginsTransaction: state.transaction = connection
      case .endsTransaction: state.transaction = nil
      case .staysOnConnection: state.home = connection
      case .changesSettings(let text):
        guard state.settings.count < Self.settingLimit else {
          state.home = connection
          break
        }
        state.settings.append(text)
        // Another statement's setting may have come first: then both are repeated, in order.
        return repeatedCount == state.settings.count - 1 ? repeatedCount + 1 : repeatedCount
      }
      return repeatedCount
    }
  }
}
