internal import FlightProtocol
internal import NIOCore
package import SwiftProtobuf

/// A message packed into a `google.protobuf.Any`, as Flight SQL sends commands.
///
/// Coded by hand: each small query packs and unpacks several.
package struct PackedMessage {
  private enum FieldNumber {
    static let typeURL = 1
    static let value = 2
  }

  private static let typeURLPrefix = "type.googleapis.com/"

  /// The full name of the message's type, without the type URL's host.
  package let name: String
  private let value: [UInt8]

  package init(encoded: [UInt8]) throws(CommandError) {
    guard let (typeURL, value) = try? Self.fields(of: ByteBuffer(bytes: encoded)) else {
      throw .notPacked
    }
    let name = typeURL.utf8.lastIndex(of: UInt8(ascii: "/")).map { typeURL[$0...].dropFirst() }
    self.name = String(name ?? typeURL[...])
    guard !self.name.isEmpty else { throw .notPacked }
    self.value = value
  }

  private static func fields(
    of encoded: ByteBuffer
  ) throws(ProtobufError) -> (typeURL: String, value: [UInt8]) {
    var bytes = encoded
    var typeURL = ""
    var value: [UInt8] = []
    while bytes.readableBytes > 0 {
      switch try bytes.readProtobufTag() {
      case (FieldNumber.typeURL, .lengthDelimited):
        let slice = try bytes.readProtobufSlice()
        guard let text = String(validating: slice.readableBytesView, as: UTF8.self) else {
          throw .malformedMessage
        }
        typeURL = text
      case (FieldNumber.value, .lengthDelimited):
        value = Array(try bytes.readProtobufSlice().readableBytesView)
      case (_, let wireType):
        try bytes.skipProtobufField(wireType: wireType)
      }
    }
    return (typeURL, value)
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
    let value: [UInt8] = try message.serializedBytes()
    let typeURL = Self.typeURLPrefix + type(of: message).protoMessageName
    var packed = ByteBuffer()
    packed.reserveCapacity(typeURL.utf8.count + value.count + 16)
    packed.writeProtobufPrefix(field: FieldNumber.typeURL, byteCount: typeURL.utf8.count)
    packed.writeString(typeURL)
    packed.writeProtobufPrefix(field: FieldNumber.value, byteCount: value.count)
    packed.writeBytes(value)
    return Array(packed.readableBytesView)
  }
}
