internal import Synchronization

/// Counts the changes of data, by any session.
///
/// A plan rests on statistics of the data it was made for. It holds for as long as nobody has begun to
/// change them since, if nobody was at it then.
final class DataVersion: Sendable {
  private struct State {
    var version = 0
    var changesUnderWay = 0
  }

  private let state = Mutex(State())

  /// Grows before a change can be seen.
  var current: Int { self.state.withLock { $0.version } }

  /// The version if no change is under way; else it can't be told whether one is seen already.
  var settled: Int? {
    self.state.withLock { $0.changesUnderWay == 0 ? $0.version : nil }
  }

  /// Notes that from now on a change may become seen.
  ///
  /// To be followed by ``endChange()``, whether the change was made or not.
  ///
  /// - Returns: The version before.
  func beginChange() -> Int {
    self.state.withLock { state in
      defer { state.version += 1 }
      state.changesUnderWay += 1
      return state.version
    }
  }

  func endChange() {
    self.state.withLock { $0.changesUnderWay -= 1 }
  }
}
