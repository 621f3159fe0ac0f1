internal import Synchronization

/// The bytes of all ingestions that have come and are not inserted yet, against their limit.
package final class IngestionBudget: Sendable {
  let limit: Int
  private let used = Atomic<Int>(0)

  package init(limit: Int) {
    self.limit = limit
  }

  /// - Returns: Whether there was room; if so, it is to be given back by ``release(_:)``.
  func reserve(_ byteCount: Int) -> Bool {
    let (_, after) = self.used.add(byteCount, ordering: .relaxed)
    guard after > self.limit else { return true }
    self.release(byteCount)
    return false
  }

  func release(_ byteCount: Int) {
    self.used.subtract(byteCount, ordering: .relaxed)
  }
}
