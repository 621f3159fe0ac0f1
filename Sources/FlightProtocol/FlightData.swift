package import NIOCore
internal import SwiftProtobuf

/// The one Flight message that carries data (`FlightData` in Flight RPC).
///
/// It is coded by hand because generated code would copy every body into a `Data` first: on the way
/// out the body stays the list of column buffers it was made as, on the way in it is a slice of
/// what the transport received.
package struct FlightData: Sendable {
  /// Only in the first message of a `DoPut` or `DoExchange`.
  package var descriptor: FlightDescriptor?
  /// The bare IPC `Message` flatbuffer, without continuation marker and length.
  package var header: ByteBuffer
  package var appMetadata: ByteBuffer
  /// The message body in pieces, to be sent one after the other.
  package var body: [ByteBuffer]

  package init(
    descriptor: FlightDescriptor? = nil,
    header: ByteBuffer = ByteBuffer(),
    appMetadata: ByteBuffer = ByteBuffer(),
    body: [ByteBuffer] = []
  ) {
    self.descriptor = descriptor
    self.header = header
    self.appMetadata = appMetadata
    self.body = body
  }
}

extension FlightData {
  private enum FieldNumber {
    static let descriptor = 1
    static let header = 2
    static let appMetadata = 3
    static let body = 1000
  }

  /// Everything of the encoded message that precedes the body's bytes.
  package func encodedHead() throws -> ByteBuffer {
    let bodyByteCount = self.body.reduce(0) { $0 + $1.readableBytes }
    let descriptorBytes: [UInt8]? = try self.descriptor?.serializedBytes()
    var head = ByteBuffer()
    head.reserveCapacity(
      self.header.readableBytes + self.appMetadata.readableBytes
        + (descriptorBytes?.count ?? 0) + 32
    )
    if let descriptorBytes {
      head.writeProtobufPrefix(field: FieldNumber.descriptor, byteCount: descriptorBytes.count)
      head.writeBytes(descriptorBytes)
    }
    if self.header.readableBytes > 0 {
      head.writeProtobufPrefix(field: FieldNumber.header, byteCount: self.header.readableBytes)
      head.writeImmutableBuffer(self.header)
    }
    if self.appMetadata.readableBytes > 0 {
      head.writeProtobufPrefix(
        field: FieldNumber.appMetadata,
        byteCount: self.appMetadata.readableBytes
      )
      head.writeImmutableBuffer(self.appMetadata)
    }
    if bodyByteCount > 0 {
      head.writeProtobufPrefix(field: FieldNumber.body, byteCount: bodyByteCount)
    }
    return head
  }

  /// Decodes an encoded message; header, metadata and body are slices of `bytes`.
  package init(decoding bytes: ByteBuffer) throws(ProtobufError) {
    self.init()
    var bytes = bytes
    while bytes.readableBytes > 0 {
      let (field, wireType) = try bytes.readProtobufTag()
      guard
        field == FieldNumber.descriptor || field == FieldNumber.header
          || field == FieldNumber.appMetadata || field == FieldNumber.body
      else {
        try bytes.skipProtobufField(wireType: wireType)
        continue
      }
      guard wireType == .lengthDelimited else { throw ProtobufError.unexpectedWireType }
      let value = try bytes.readProtobufSlice()
      switch field {
      case FieldNumber.descriptor:
        do {
          self.descriptor = try FlightDescriptor(serializedBytes: Array(value.readableBytesView))
        } catch {
          throw ProtobufError.malformedMessage
        }
      case FieldNumber.header: self.header = value
      case FieldNumber.appMetadata: self.appMetadata = value
      default: self.body = [value]
      }
    }
  }
}
