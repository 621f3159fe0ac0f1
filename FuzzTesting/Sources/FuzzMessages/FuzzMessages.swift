import FlightProtocol
import FlightSQL
import FuzzDriver
import NIOCore
import SwiftProtobuf

/// Decodes arbitrary bytes as everything a client may send but Arrow data: data messages,
/// descriptors, tickets, commands, actions.
@main
enum FuzzMessages {
  static func main() {
    Fuzzer.run(Self.decode)
  }

  private static func decode(_ input: [UInt8]) {
    Self.decodeData(ByteBuffer(bytes: input))
    if let descriptor = try? FlightDescriptor(serializedBytes: input) {
      _ = try? Command(descriptor: descriptor)
    }
    if let ticket = try? FlightTicket(serializedBytes: input) {
      _ = try? Command(ticket: ticket)
    }
    if let command = try? Command(encoded: input) {
      require(!command.name.isEmpty)
    }
    if let message = try? FlightAction(serializedBytes: input),
      let action = try? Action(message)
    {
      require(action.type == message.type, "one action was taken for another")
    }
  }

  /// What is accepted must be the same after being encoded and decoded again.
  private static func decodeData(_ input: ByteBuffer) {
    guard let data = try? FlightData(decoding: input) else { return }
    guard var encoded = try? data.encodedHead() else {
      fatalError("what was decoded can't be encoded")
    }
    for piece in data.body { encoded.writeImmutableBuffer(piece) }
    guard let again = try? FlightData(decoding: encoded) else {
      fatalError("what was encoded is refused")
    }
    require(again.header == data.header && again.appMetadata == data.appMetadata)
    require(
      again.body.filter { $0.readableBytes > 0 } == data.body.filter { $0.readableBytes > 0 }
    )
  }
}
