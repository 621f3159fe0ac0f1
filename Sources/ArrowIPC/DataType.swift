/// A logical Arrow type (`Schema.fbs`, table `Type` and its members).
package indirect enum DataType: Hashable, Sendable {
  case null
  case bool
  /// `bitWidth` is 8, 16, 32 or 64.
  case int(bitWidth: Int, isSigned: Bool)
  case floatingPoint(Precision)
  case utf8
  case largeUTF8
  case utf8View
  case binary
  case largeBinary
  case binaryView
  case fixedSizeBinary(byteWidth: Int)
  /// `bitWidth` is 32, 64, 128 or 256.
  case decimal(precision: Int, scale: Int, bitWidth: Int)
  case date(DateUnit)
  /// `bitWidth` is 32 for seconds and milliseconds, 64 otherwise.
  case time(TimeUnit)
  /// Without a time zone the values are wall-clock time.
  case timestamp(TimeUnit, timeZone: String?)
  case duration(TimeUnit)
  case interval(IntervalUnit)
  case list(Field)
  case largeList(Field)
  case listView(Field)
  case largeListView(Field)
  case fixedSizeList(Field, size: Int)
  case `struct`([Field])
  /// `entries` is a non-null struct of a non-null key and a value.
  case map(entries: Field, keysSorted: Bool)
  case union(UnionMode, typeIDs: [Int32], fields: [Field])
  case runEndEncoded(runEnds: Field, values: Field)
}

extension DataType {
  package enum Precision: Int16, Hashable, Sendable {
    case half, single, double
  }

  package enum DateUnit: Int16, Hashable, Sendable {
    case day, millisecond
  }

  package enum TimeUnit: Int16, Hashable, Sendable {
    case second, millisecond, microsecond, nanosecond
  }

  package enum IntervalUnit: Int16, Hashable, Sendable {
    case yearMonth, dayTime, monthDayNano
  }

  package enum UnionMode: Int16, Hashable, Sendable {
    case sparse, dense
  }
}
