internal import Engine
internal import FlightProtocol
internal import GRPCCore
internal import GRPCTransport
internal import SwiftProtobuf

/// The response to a call whose request is one message.
struct Reply: Sendable {
  private let direct: DirectCall
  private let call: Call

  init(_ direct: DirectCall, _ call: Call) {
    self.direct = direct
    self.call = call
  }

  /// Cancels what is computed for the call when its client doesn't wait for it any more.
  func onCancel(_ cancellation: Cancellation) {
    self.direct.onCancel { cancellation.cancel() }
  }

  /// Sends what each response begins with. A call that fails before is answered by its error alone.
  func begin() async throws {
    self.call.record?.noteResponseStart()
    var metadata = self.call.responseMetadata
    if let record = self.call.record {
      metadata.addString(record.requestID, forKey: RequestID.header)
    }
    try await self.direct.begin(metadata)
  }

  func write(_ message: some SwiftProtobuf.Message) async throws {
    let bytes: [UInt8] = try message.serializedBytes()
    try await self.direct.write(Rope(bytes))
  }

  /// Passes a record batch on without copying its body.
  func write(_ message: FlightData) async throws {
    try await self.direct.write(Rope(head: try message.encodedHead(), tail: message.body))
  }
}
