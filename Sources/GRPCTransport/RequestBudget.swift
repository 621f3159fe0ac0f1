import Synchronization

/// The request bytes of one connection that wait for handlers, against their limit.
final class RequestBudget: Sendable {
  let limit: Int
  private let used = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  var isExhausted: Bool { used.load(ordering: .relaxed) > limit }

  func reserve(_ byteCount: Int) {
    if byteCount > 0 { used.wrappingAdd(byteCount, ordering: .relaxed) }
  }

  func release(_ byteCount: Int) {
    if byteCount > 0 { used.wrappingSubtract(byteCount, ordering: .relaxed) }
  }
}
