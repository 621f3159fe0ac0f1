import FlightProtocol
import FlightSQL
import Foundation
import LibFuzzer
import NIOCore
import SwiftProtobuf

/// Decodes arbitrary bytes as everything a client may send but Arrow data: data messages,
/// descriptors, tickets, commands, actions.
@main
enum FuzzMessages {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
      Self.decode(Array(UnsafeBufferPointer(start: start, count: count)))
      return 0
    }
    exit(status)
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
      precondition(!command.name.isEmpty)
    }
    if let message = try? FlightAction(serializedBytes: input),
      let action = try? Action(message)
    {
      precondition(action.type == message.type, "one action was taken for another")
    }
  }

  /// What is accepted must be the same after being encoded and decoded again.
  private static func decodeData(_ input: ByteBuffer) {
    guard let data = try? FlightData(decoding: input) else { return }
    guard var encoded = try? data.encodedHead() else {
      preconditionFailure("what was decoded can't be encoded")
    }
    for piece in data.body { encoded.writeImmutableBuffer(piece) }
    guard let again = try? FlightData(decoding: encoded) else {
      preconditionFailure("what was encoded is refused")
    }
    precondition(again.header == data.header && again.appMetadata == data.appMetadata)
    precondition(
      again.body.filter { $0.readableBytes > 0 } == data.body.filter { $0.readableBytes > 0 }
    )
  }
}
