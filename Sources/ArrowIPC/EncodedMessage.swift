package import NIOCore

/// One IPC message, ready to be sent.
package struct EncodedMessage: Sendable {
  /// The bare flatbuffer: `FlightData.data_header`.
  package var header: ByteBuffer
  /// The buffers of the batch and the padding between them, in order.
  package var body: [ByteBuffer]
  package var bodyByteCount: Int
  /// The rows of a record batch; 0 for other messages.
  package var rowCount: Int

  package init(header: ByteBuffer, body: [ByteBuffer], bodyByteCount: Int, rowCount: Int = 0) {
    self.header = header
    self.body = body
    self.bodyByteCount = bodyByteCount
    self.rowCount = rowCount
  }
}
