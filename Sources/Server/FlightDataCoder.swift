internal import FlightProtocol
internal import GRPCCore
internal import GRPCTransport
internal import NIOCore

/// Codes the messages that carry data without copying what they carry.
struct FlightDataCoder: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: FlightData) throws -> Bytes {
    let rope = Rope(head: try message.encodedHead(), tail: message.body)
    if let bytes = rope as? Bytes { return bytes }
    // A transport that only takes contiguous bytes, such as the one inside a process.
    return Bytes(rope.contiguous.readableBytesView)
  }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> FlightData {
    let buffer =
      (bytes as? Rope)?.contiguous ?? bytes.withUnsafeBytes { ByteBuffer(bytes: $0) }
    do {
      return try FlightData(decoding: buffer)
    } catch {
      throw RPCError(
        code: .invalidArgument,
        message: "The request is not a valid FlightData message."
      )
    }
  }
}
