import GRPCCore
import GRPCTransport

/// Passes messages through as the bytes they are.
struct RopeCoder: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: Rope) throws -> Bytes {
    if let bytes = message as? Bytes { return bytes }
    return message.withUnsafeBytes { Bytes($0) }
  }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Rope {
    if let rope = bytes as? Rope { return rope }
    return bytes.withUnsafeBytes { Rope($0) }
  }
}
