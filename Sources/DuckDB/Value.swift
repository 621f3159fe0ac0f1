/// A single value, to be bound to a parameter.
package indirect enum Value: Hashable, Sendable {
  case null
  case boolean(Bool)
  case tinyint(Int8)
  case smallint(Int16)
  case integer(Int32)
  case bigint(Int64)
  case hugeint(Int128)
  case utinyint(UInt8)
  case usmallint(UInt16)
  case uinteger(UInt32)
  case ubigint(UInt64)
  case uhugeint(UInt128)
  /// The absolute value is big-endian.
  case bignum(magnitude: [UInt8], isNegative: Bool)
  case float(Float)
  case double(Double)
  /// `unscaled` divided by ten to the power of `scale`.
  case decimal(unscaled: Int128, width: Int, scale: Int)
  case varchar(String)
  case blob([UInt8])
  case bit([Bool])
  case uuid(UInt128)
  /// Days since 1970-01-01.
  case date(days: Int32)
  /// Since midnight.
  case time(micros: Int64)
  /// Since midnight.
  case timeNS(nanos: Int64)
  /// Local time since midnight, and its offset east of UTC.
  case timeTZ(micros: Int64, offsetSeconds: Int32)
  case timestampS(seconds: Int64)
  case timestampMS(millis: Int64)
  case timestamp(micros: Int64)
  case timestampNS(nanos: Int64)
  case timestampTZ(micros: Int64)
  case interval(months: Int32, days: Int32, micros: Int64)
  case list([Value], of: LogicalType)
  /// As many elements as the array has.
  case array([Value], of: LogicalType)
  case `struct`([Member])
  case map([Entry], key: LogicalType, value: LogicalType)
  /// The member at `tag` of a union with these members.
  case union(tag: Int, Value, of: [Column])
  /// As DuckDB casts the value, which fails if it can't; with `null`, the NULL of a type.
  case cast(Value, to: LogicalType)
}

extension Value {
  package struct Member: Hashable, Sendable {
    package var column: Column
    package var value: Value

    package init(_ name: String, _ type: LogicalType, _ value: Value) {
      self.column = Column(name, type)
      self.value = value
    }
  }

  package struct Entry: Hashable, Sendable {
    package var key: Value
    package var value: Value

    package init(key: Value, value: Value) {
      self.key = key
      self.value = value
    }
  }
}
