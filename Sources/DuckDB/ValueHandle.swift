import CDuckDB

/// Owns a C value.
@safe
struct ValueHandle: ~Copyable {
  let pointer: duckdb_value?

  init(_ value: Value) throws(DuckDBError) {
    let made =
      if let scalar = unsafe Self.makeScalar(value) {
        unsafe scalar
      } else {
        try unsafe Self.makeOther(value)
      }
    guard let made = unsafe made else {
      throw DuckDBError(code: .invalidInput, message: "DuckDB can't represent a parameter's value")
    }
    unsafe self.pointer = made
  }

  deinit {
    var value = unsafe self.pointer
    unsafe duckdb_destroy_value(&value)
  }

  /// Gives the C value to the caller, who destroys it.
  @unsafe
  consuming func release() -> duckdb_value? {
    let pointer = unsafe self.pointer
    discard self
    return unsafe pointer
  }

  /// Numbers, dates and times: what fits a register or two.
  @unsafe
  private static func makeScalar(_ value: Value) -> duckdb_value? {
    switch value {
    case .null: unsafe duckdb_create_null_value()
    case .boolean(let value): unsafe duckdb_create_bool(value)
    case .tinyint(let value): unsafe duckdb_create_int8(value)
    case .smallint(let value): unsafe duckdb_create_int16(value)
    case .integer(let value): unsafe duckdb_create_int32(value)
    case .bigint(let value): unsafe duckdb_create_int64(value)
    case .hugeint(let value): unsafe duckdb_create_hugeint(duckdb_hugeint(value))
    case .utinyint(let value): unsafe duckdb_create_uint8(value)
    case .usmallint(let value): unsafe duckdb_create_uint16(value)
    case .uinteger(let value): unsafe duckdb_create_uint32(value)
    case .ubigint(let value): unsafe duckdb_create_uint64(value)
    case .uhugeint(let value): unsafe duckdb_create_uhugeint(duckdb_uhugeint(value))
    case .float(let value): unsafe duckdb_create_float(value)
    case .double(let value): unsafe duckdb_create_double(value)
    case .uuid(let value): unsafe duckdb_create_uuid(duckdb_uhugeint(value))
    case .date(let days): unsafe duckdb_create_date(duckdb_date(days: days))
    case .time(let micros): unsafe duckdb_create_time(duckdb_time(micros: micros))
    case .timeNS(let nanos): unsafe duckdb_create_time_ns(duckdb_time_ns(nanos: nanos))
    case .timeTZ(let micros, let offset):
      unsafe duckdb_create_time_tz_value(duckdb_create_time_tz(micros, offset))
    case .timestampS(let seconds):
      unsafe duckdb_create_timestamp_s(duckdb_timestamp_s(seconds: seconds))
    case .timestampMS(let millis):
      unsafe duckdb_create_timestamp_ms(duckdb_timestamp_ms(millis: millis))
    case .timestamp(let micros):
      unsafe duckdb_create_timestamp(duckdb_timestamp(micros: micros))
    case .timestampNS(let nanos):
      unsafe duckdb_create_timestamp_ns(duckdb_timestamp_ns(nanos: nanos))
    case .timestampTZ(let micros):
      unsafe duckdb_create_timestamp_tz(duckdb_timestamp(micros: micros))
    case .interval(let months, let days, let micros):
      unsafe duckdb_create_interval(duckdb_interval(months: months, days: days, micros: micros))
    default: nil
    }
  }

  /// What needs memory of its own or may be out of range.
  @unsafe
  private static func makeOther(_ value: Value) throws(DuckDBError) -> duckdb_value? {
    switch value {
    case .decimal(let unscaled, let width, let scale):
      guard (1...38).contains(width), (0...width).contains(scale) else {
        throw DuckDBError(code: .invalidInput, message: "no type DECIMAL(\(width),\(scale))")
      }
      return unsafe duckdb_create_decimal(
        duckdb_decimal(width: UInt8(width), scale: UInt8(scale), value: duckdb_hugeint(unscaled))
      )
    case .varchar(let text):
      var text = text
      return text.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) {
          unsafe duckdb_create_varchar_length($0.baseAddress, idx_t($0.count))
        }
      }
    case .blob(let bytes):
      return unsafe bytes.withUnsafeBufferPointer {
        unsafe duckdb_create_blob($0.baseAddress, idx_t($0.count))
      }
    case .bit(let bits):
      return try unsafe Self.makeBit(bits)
    case .bignum(var magnitude, let isNegative):
      return unsafe magnitude.withUnsafeMutableBufferPointer {
        unsafe duckdb_create_bignum(
          duckdb_bignum(data: $0.baseAddress, size: idx_t($0.count), is_negative: isNegative)
        )
      }
    default:
      return try unsafe Self.makeNested(value)
    }
  }

  /// One byte that says how many of the most significant bits of the next one are padding; they
  /// are set.
  @unsafe
  private static func makeBit(_ bits: [Bool]) throws(DuckDBError) -> duckdb_value? {
    guard !bits.isEmpty else {
      throw DuckDBError(code: .invalidInput, message: "a BIT has at least one bit")
    }
    let padding = (8 - bits.count % 8) % 8
    var bytes = [UInt8(padding)]
    var byte: UInt8 = 0
    for (index, bit) in (Array(repeating: true, count: padding) + bits).enumerated() {
      byte = byte << 1 | (bit ? 1 : 0)
      if index % 8 == 7 {
        bytes.append(byte)
        byte = 0
      }
    }
    return unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe duckdb_create_bit(duckdb_bit(data: $0.baseAddress, size: idx_t($0.count)))
    }
  }

  @unsafe
  private static func makeNested(_ value: Value) throws(DuckDBError) -> duckdb_value? {
    switch value {
    case .list(let values, let element):
      let type = try LogicalTypeHandle(element)
      var values = try ValueArray(values)
      return unsafe values.withPointer {
        unsafe duckdb_create_list_value(type.pointer, $0, idx_t($1))
      }
    case .array(let values, let element):
      let type = try LogicalTypeHandle(element)
      var values = try ValueArray(values)
      return unsafe values.withPointer {
        unsafe duckdb_create_array_value(type.pointer, $0, idx_t($1))
      }
    case .struct(let members):
      let type = try LogicalTypeHandle(LogicalType(.struct(members.map(\.column))))
      var values = try ValueArray(members.map(\.value))
      return unsafe values.withPointer { values, _ in
        unsafe duckdb_create_struct_value(type.pointer, values)
      }
    case .map(let entries, let key, let value):
      let type = try LogicalTypeHandle(LogicalType(.map(key: key, value: value)))
      var keys = try ValueArray(entries.map(\.key))
      var values = try ValueArray(entries.map(\.value))
      return unsafe keys.withPointer { keys, count in
        unsafe values.withPointer { values, _ in
          unsafe duckdb_create_map_value(type.pointer, keys, values, idx_t(count))
        }
      }
    case .union(let tag, let value, let members):
      let type = try LogicalTypeHandle(LogicalType(.union(members)))
      let member = try ValueHandle(value)
      return unsafe duckdb_create_union_value(type.pointer, idx_t(tag), member.pointer)
    case .cast(let value, let type):
      return try unsafe Self.makeCast(value, to: type)
    default:
      throw DuckDBError(code: .internalError, message: "a parameter's value has no C counterpart")
    }
  }

  /// A list casts its elements to their type, which nothing else in the C API does.
  @unsafe
  private static func makeCast(
    _ value: Value,
    to type: LogicalType
  ) throws(DuckDBError) -> duckdb_value? {
    let list = try ValueHandle(.list([value], of: type))
    return unsafe duckdb_get_list_child(list.pointer, 0)
  }
}

extension duckdb_hugeint {
  fileprivate init(_ value: Int128) {
    self.init(lower: UInt64(truncatingIfNeeded: value), upper: Int64(value >> 64))
  }
}

extension duckdb_uhugeint {
  fileprivate init(_ value: UInt128) {
    self.init(lower: UInt64(truncatingIfNeeded: value), upper: UInt64(value >> 64))
  }
}
