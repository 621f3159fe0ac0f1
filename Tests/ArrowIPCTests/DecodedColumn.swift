import ArrowIPC
import NIOCore

/// Sends columns through the encoder, which trusts what it is given, to the decoder.
enum DecodedColumn {
  /// Answers the one column of a batch as it arrives.
  static func decode(
    _ array: ArrayData,
    as field: Field? = nil,
    limits: DecoderLimits = DecoderLimits()
  ) throws -> ArrayData {
    let schema = Schema(fields: [field ?? Field("column", array.type)])
    let batch = DecodedBatch(rowCount: array.rowCount, columns: [array])
    let stream = WireMessage.stream(schema, batch)
    return try StreamDecoder.decode(stream, limits: limits).1[0].columns[0]
  }

  /// Answers the error that decoding ends in, or nil if there is none.
  static func error(
    _ array: ArrayData,
    as field: Field? = nil,
    limits: DecoderLimits = DecoderLimits()
  ) -> ArrowIPCError? {
    do {
      _ = try Self.decode(array, as: field, limits: limits)
      return nil
    } catch {
      return error as? ArrowIPCError
    }
  }

  /// Answers the error that a schema of the type ends in, or nil if there is none.
  static func schemaError(
    _ type: DataType,
    dictionary: DictionaryEncoding? = nil,
    limits: DecoderLimits = DecoderLimits()
  ) -> ArrowIPCError? {
    let schema = Schema(fields: [Field("column", type, dictionary: dictionary)])
    var decoder = StreamDecoder(limits: limits)
    do {
      _ = try decoder.decode(header: MessageEncoder.schemaMessage(schema), body: ByteBuffer())
      return nil
    } catch {
      return error
    }
  }
}

extension ByteBuffer {
  /// Little-endian integers side by side.
  static func integers<Value: FixedWidthInteger>(
    _ type: Value.Type,
    _ values: Value...
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    for value in values {
      buffer.writeInteger(value, endianness: .little)
    }
    return buffer
  }
}
