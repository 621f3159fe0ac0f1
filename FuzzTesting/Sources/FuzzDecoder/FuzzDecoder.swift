import ArrowIPC
import Foundation
import LibFuzzer
import NIOCore

/// Decodes arbitrary bytes as the messages of a stream.
///
/// SwiftPM wants a `main` of its own, so the fuzzer is called rather than left to call.
@main
enum FuzzDecoder {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
      Self.decode(ByteBuffer(bytes: UnsafeBufferPointer(start: start, count: count)))
      return 0
    }
    exit(status)
  }

  /// What is accepted is read without checks, and must survive being encoded and decoded again.
  private static func decode(_ input: ByteBuffer) {
    var limits = DecoderLimits()
    // Columns of nulls take no bytes: reading millions of them finds nothing.
    limits.rowCount = 4096
    guard
      let (decodedSchema, batches) = try? StreamDecoder.decode(
        WireMessage.messages(in: input),
        limits: limits
      ),
      let schema = decodedSchema
    else { return }
    for batch in batches {
      TrustingReader.visit(batch)
      guard let again = try? StreamDecoder.decode(WireMessage.stream(schema, batch)) else {
        preconditionFailure("what was encoded is refused")
      }
      precondition(again.0 == schema && again.1 == [batch], "encoding changed the batch")
    }
  }
}
