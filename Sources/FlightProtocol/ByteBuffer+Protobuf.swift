package import NIOCore

/// Why bytes aren't a protocol buffer message.
package enum ProtobufError: Error, Hashable, Sendable {
  case truncated
  case malformedVarint
  case malformedTag
  case unexpectedWireType
  case malformedMessage
}

/// How a field's value is laid out (Protocol Buffers, "Message Structure"); groups are not used.
package enum ProtobufWireType: UInt64 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

extension ByteBuffer {
  mutating func writeProtobufVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      self.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    self.writeInteger(UInt8(rest))
  }

  /// Writes the tag and length of a length-delimited field.
  package mutating func writeProtobufPrefix(field: Int, byteCount: Int) {
    self.writeProtobufVarint(UInt64(field) << 3 | ProtobufWireType.lengthDelimited.rawValue)
    self.writeProtobufVarint(UInt64(byteCount))
  }

  mutating func readProtobufVarint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = self.readInteger(as: UInt8.self) else { throw .truncated }
      guard shift < 63 || byte <= 1 else { throw .malformedVarint }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw .malformedVarint
  }

  package mutating func readProtobufTag() throws(ProtobufError) -> (field: Int, ProtobufWireType) {
    let tag = try self.readProtobufVarint()
    guard tag <= UInt64(UInt32.max), tag >> 3 > 0, let type = ProtobufWireType(rawValue: tag & 7)
    else { throw .malformedTag }
    return (Int(tag >> 3), type)
  }

  package mutating func readProtobufSlice() throws(ProtobufError) -> ByteBuffer {
    let count = try self.readProtobufVarint()
    guard count <= UInt64(self.readableBytes), let slice = self.readSlice(length: Int(count))
    else { throw .truncated }
    return slice
  }

  package mutating func skipProtobufField(wireType: ProtobufWireType) throws(ProtobufError) {
    switch wireType {
    case .varint: _ = try self.readProtobufVarint()
    case .lengthDelimited: _ = try self.readProtobufSlice()
    case .fixed64: guard self.readInteger(as: UInt64.self) != nil else { throw .truncated }
    case .fixed32: guard self.readInteger(as: UInt32.self) != nil else { throw .truncated }
    }
  }
}
