package import GRPCCore
package import SwiftProtobuf

/// Codes generated messages for the RPCs whose messages are small.
package struct ProtobufCoder<Message: SwiftProtobuf.Message>: MessageSerializer,
  MessageDeserializer
{
  package init() {}

  package func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
    let encoded: [UInt8] = try message.serializedBytes()
    return Bytes(encoded)
  }

  package func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
    do {
      return try bytes.withUnsafeBytes { try Message(serializedBytes: Array($0)) }
    } catch {
      throw RPCError(
        code: .invalidArgument,
        message: "The request is not a valid \(Message.protoMessageName) message."
      )
    }
  }
}
