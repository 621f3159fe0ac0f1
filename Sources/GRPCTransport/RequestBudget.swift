import Synchronization

/// The request bytes that wait for handlers, against their limit: one connection's, or all.
package final class RequestBudget: Sendable {
  private let limit: Int
  private let whole: RequestBudget?
  private let allowance: Int
  private let used = Atomic<Int>(0)

  /// - Parameters:
  ///   - whole: A budget of which this is a part.
  ///   - allowance: What this part may have when others have used the whole up.
  package init(limit: Int, within whole: RequestBudget? = nil, allowance: Int = 0) {
    self.limit = limit
    self.whole = whole
    self.allowance = allowance
  }

  /// The limit that is passed, if one is.
  package var exceededLimit: Int? {
    let used = used.load(ordering: .relaxed)
    if used > limit { return limit }
    return used > allowance ? whole?.exceededLimit : nil
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
