internal import Synchronization

/// The bytes that clients together have something take up, against their limit.
package final class ByteBudget: Sendable {
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

extension ByteBudget {
  /// What one thing takes up, given back when this goes.
  final class Share: Sendable {
    private let budget: ByteBudget
    private let byteCount = Atomic<Int>(0)

    init(of budget: ByteBudget) {
      self.budget = budget
    }

    deinit {
      self.budget.release(self.byteCount.load(ordering: .relaxed))
    }

    /// - Returns: Whether there was room.
    func grow(by byteCount: Int) -> Bool {
      guard self.budget.reserve(byteCount) else { return false }
      self.byteCount.add(byteCount, ordering: .relaxed)
      return true
    }
  }
}
