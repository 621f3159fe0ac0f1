import Dispatch

/// Lets the fuzzer's thread wait for asynchronous code.
enum Waiting {
  /// The semaphore orders what happens to it.
  private final class Outcome<Value>: @unchecked Sendable {
    var value: Value?
  }

  static func value<Value>(_ body: @escaping @Sendable () async -> sending Value) -> Value {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome<Value>()
    Task.detached {
      outcome.value = await body()
      done.signal()
    }
    done.wait()
    // Not nil: it was set before the signal.
    return outcome.value!
  }
}
