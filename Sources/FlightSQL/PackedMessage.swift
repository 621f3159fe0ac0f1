package import SwiftProtobuf

/// A message packed into a `google.protobuf.Any`, as Flight SQL sends commands.
package struct PackedMessage {
  /// The full name of the message's type, without the type URL's host.
  package let name: String
  private let value: [UInt8]

  package init(encoded: [UInt8]) throws(CommandError) {
    guard !encoded.isEmpty, let any = try? Google_Protobuf_Any(serializedBytes: encoded),
      let name = any.typeURL.split(separator: "/").last
    else { throw .notPacked }
    self.name = String(name)
    self.value = Array(any.value)
  }

  package func unpack<Message: SwiftProtobuf.Message>(
    as type: Message.Type = Message.self
  ) throws(CommandError) -> Message {
    guard self.name == type.protoMessageName,
      let message = try? type.init(serializedBytes: self.value)
    else { throw .malformed(type.protoMessageName) }
    return message
  }

  /// Packs a message.
  package static func pack(_ message: some SwiftProtobuf.Message) throws -> [UInt8] {
    try Google_Protobuf_Any(message: message).serializedBytes()
  }
}
