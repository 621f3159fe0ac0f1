/// Something took longer than it may.
struct DeadlineExceeded: Error {}

/// Runs an operation that ends soon after its task is cancelled, and cancels it when it takes too
/// long.
func withDeadline<Value: Sendable>(
  _ limit: Duration,
  _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await operation() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw DeadlineExceeded()
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw DeadlineExceeded() }
    return first
  }
}
