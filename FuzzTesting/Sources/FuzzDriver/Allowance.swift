import FuzzMemory

/// What code may allocate for an input, as long as nothing frees it.
package enum Allowance {
  /// Traps if `body` has more in use at any time than it may.
  package static func hold<Value, Failure: Error>(
    _ byteCount: Int,
    for subject: StaticString,
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    fuzz_memory_begin()
    let result: Result<Value, Failure>
    do throws(Failure) {
      result = .success(try body())
    } catch {
      result = .failure(error)
    }
    let peak = fuzz_memory_peak()
    require(peak <= byteCount, "\(subject): \(peak) bytes where \(byteCount) are enough")
    return try result.get()
  }
}
