import ArrowIPC
import FuzzDriver
import NIOCore

/// Decodes arbitrary bytes as the messages of a stream.
@main
enum FuzzDecoder {
  static func main() {
    Fuzzer.run { Self.decode(ByteBuffer(bytes: $0)) }
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
        fatalError("what was encoded is refused")
      }
      require(again.0 == schema && again.1 == [batch], "encoding changed the batch")
    }
  }
}
