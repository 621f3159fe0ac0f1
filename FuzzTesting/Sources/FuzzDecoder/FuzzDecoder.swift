import ArrowIPC
import NIOCore

/// Decodes arbitrary bytes as the messages of a stream.
///
/// Whatever is accepted is read without checks, and must survive being encoded and decoded again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDecoder(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var limits = DecoderLimits()
  // Columns of nulls take no bytes: reading millions of them finds nothing.
  limits.rowCount = 4096
  let input = ByteBuffer(bytes: UnsafeBufferPointer(start: start, count: count))
  guard
    let (decodedSchema, batches) = try? StreamDecoder.decode(
      WireMessage.messages(in: input),
      limits: limits
    ),
    let schema = decodedSchema
  else { return 0 }
  for batch in batches {
    TrustingReader.visit(batch)
    guard let again = try? StreamDecoder.decode(WireMessage.stream(schema, batch)) else {
      preconditionFailure("what was encoded is refused")
    }
    precondition(again.0 == schema && again.1 == [batch], "encoding changed the batch")
  }
  return 0
}
