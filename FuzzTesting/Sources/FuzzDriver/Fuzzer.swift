import Foundation
import LibFuzzer

/// Runs a test with input after input.
///
/// SwiftPM wants a `main` of its own, so the fuzzer is called rather than left to call.
package enum Fuzzer {
  // Set once, before the fuzzer runs; a C function can't capture it.
  nonisolated(unsafe) private static var test: ([UInt8]) -> Void = { _ in }

  /// - Parameter test: Traps where it finds a fault.
  package static func run(_ test: @escaping ([UInt8]) -> Void) -> Never {
    Self.test = test
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
      Fuzzer.test(Array(UnsafeBufferPointer(start: start, count: count)))
      return 0
    }
    exit(status)
  }
}
