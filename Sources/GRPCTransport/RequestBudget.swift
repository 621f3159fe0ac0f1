import Synchronization

/// The request bytes that wait for handlers, against their limit: one connection's, or all.
package final class RequestBudget: Sendable {
  private let limit: Int
  private let whole: RequestBudget?
  private let used = Atomic<Int>(0)

  /// - Parameter whole: A budget of which this is a part.
  package init(limit: Int, within whole: RequestBudget? = nil) {
    self.limit = limit
    self.whole = whole
  }

  /// The limit that is passed, if one is.
  package var exceededLimit: Int? {
    used.load(ordering: .relaxed) > limit ? limit : whole?.exceededLimit
  }

  package func reserve(_ byteCount: Int) {
    guard byteCount > 0 else { return }
    used.wrappingAdd(byteCount, ordering: .relaxed)
    whole?.reserve(byteCount)
  }

  package func release(_ byteCount: Int) {
    guard byteCount > 0 else { return }
    used.wrappingSubtract(byteCount, ordering: .relaxed)
    whole?.release(byteCount)
  }
}
