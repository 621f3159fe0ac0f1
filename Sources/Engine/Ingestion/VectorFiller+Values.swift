internal import ArrowIPC
internal import DuckDB

// Values of fixed width.
//
// The loops below are safe because the vector has a slot for each row, and the decoder has checked
// that the array's buffer has a value for each.

extension VectorFiller {
  @unsafe
  static func copyValues(
    to slots: UnsafeMutableRawPointer,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ transfer: ColumnImport.Transfer
  ) {
    let values = unsafe array.bytes(1)
    guard case .bytes(let from, let to) = transfer else {
      let target = unsafe (slots + start).assumingMemoryBound(to: UInt8.self)
      rows.forEach { row, place in
        unsafe target[place] = values[row >> 3] >> UInt8(row & 7) & 1
      }
      return
    }
    let target = unsafe slots + start &* to
    if case .range(let range) = rows, from == to {
      guard !range.isEmpty, let first = values.baseAddress else { return }
      unsafe target.copyMemory(
        from: first + range.lowerBound &* from,
        byteCount: range.count &* from
      )
      return
    }
    switch to {
    case 1: unsafe Self.copy(UInt8.self, to: target, values, from, rows)
    case 2: unsafe Self.copy(UInt16.self, to: target, values, from, rows)
    case 4: unsafe Self.copy(UInt32.self, to: target, values, from, rows)
    case 8: unsafe Self.copy(UInt64.self, to: target, values, from, rows)
    default: unsafe Self.copy(UInt128.self, to: target, values, from, rows)
    }
  }

  @unsafe
  @inline(__always)
  private static func copy<Value: BitwiseCopyable>(
    _ type: Value.Type,
    to target: UnsafeMutableRawPointer,
    _ values: UnsafeRawBufferPointer,
    _ width: Int,
    _ rows: RowSelection
  ) {
    rows.forEach { row, place in
      let value = unsafe values.loadUnaligned(fromByteOffset: row &* width, as: type)
      unsafe target.storeBytes(
        of: value,
        toByteOffset: place &* MemoryLayout<Value>.size,
        as: type
      )
    }
  }

  @unsafe
  static func convertValues(
    to slots: UnsafeMutableRawPointer,
    from start: Int,
    _ array: ArrayData,
    _ rows: RowSelection,
    _ transfer: ColumnImport.Transfer
  ) throws(IngestionError) {
    let values = unsafe array.bytes(1)
    switch transfer {
    case .bool8:
      let target = unsafe (slots + start).assumingMemoryBound(to: UInt8.self)
      rows.forEach { row, place in unsafe target[place] = values[row] == 0 ? 0 : 1 }
    case .halfFloat:
      let target = unsafe slots.assumingMemoryBound(to: Float.self) + start
      rows.forEach { row, place in
        let bits = unsafe ArrayData.integer(values, row, as: UInt16.self)
        unsafe target[place] = Float(Float16(bitPattern: bits))
      }
    case .scaled(let width, let factor):
      let target = unsafe slots.assumingMemoryBound(to: Int64.self) + start
      try rows.forEach { row, place throws(IngestionError) in
        let value =
          width == 4
          ? unsafe Int64(ArrayData.integer(values, row, as: Int32.self))
          : unsafe ArrayData.integer(values, row, as: Int64.self)
        unsafe target[place] = try Self.scaled(value, by: factor)
      }
    case .wholeMicroseconds:
      let target = unsafe slots.assumingMemoryBound(to: Int64.self) + start
      try rows.forEach { row, place throws(IngestionError) in
        let nanoseconds = unsafe ArrayData.integer(values, row, as: Int64.self)
        unsafe target[place] = try Self.wholeMicroseconds(nanoseconds)
      }
    case .date:
      let target = unsafe slots.assumingMemoryBound(to: Int32.self) + start
      try rows.forEach { row, place throws(IngestionError) in
        let days = unsafe ArrayData.integer(values, row, as: Int32.self)
        // Beyond what DuckDB knows as -infinity; a lake's table couldn't be read any more.
        guard days != .min else { throw Self.outOfRange("A date", Int64(days)) }
        unsafe target[place] = days
      }
    case .dateMilliseconds:
      let target = unsafe slots.assumingMemoryBound(to: Int32.self) + start
      try rows.forEach { row, place throws(IngestionError) in
        let value = unsafe ArrayData.integer(values, row, as: Int64.self)
        let (days, rest) = value.quotientAndRemainder(dividingBy: 86_400_000)
        guard let days = Int32(exactly: rest < 0 ? days - 1 : days), days != .min else {
          throw Self.outOfRange("A date", value)
        }
        unsafe target[place] = days
      }
    case .uuid:
      try unsafe Self.convertUUIDs(to: slots + start &* 16, values, rows)
    case .duration, .interval:
      try unsafe Self.convertIntervals(to: slots + start &* 16, values, rows, transfer)
    default:
      preconditionFailure("\(transfer) is not a conversion of values of fixed width")
    }
  }

  private static func scaled(_ value: Int64, by factor: Int64) throws(IngestionError) -> Int64 {
    let (scaled, overflow) = value.multipliedReportingOverflow(by: factor)
    if overflow { throw Self.outOfRange("A time", value) }
    return scaled
  }

  private static func wholeMicroseconds(_ nanoseconds: Int64) throws(IngestionError) -> Int64 {
    let (microseconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000)
    guard rest == 0 else {
      throw IngestionError(
        .invalidValue,
        "\(nanoseconds) ns is not a whole number of microseconds, and nothing finer is kept here: "
          + "round it first."
      )
    }
    return microseconds
  }

  private static func outOfRange(_ kind: String, _ value: Int64) -> IngestionError {
    IngestionError(.invalidValue, "\(kind) is too far from 1970 for DuckDB: \(value).")
  }

  /// DuckDB keeps a UUID as a signed 128-bit integer whose sign is turned round, so that it sorts
  /// as its text does.
  @unsafe
  private static func convertUUIDs(
    to target: UnsafeMutableRawPointer,
    _ values: UnsafeRawBufferPointer,
    _ rows: RowSelection
  ) throws(IngestionError) {
    rows.forEach { row, place in
      let value = unsafe UInt128(bigEndian: ArrayData.integer(values, row, as: UInt128.self))
      unsafe target.storeBytes(of: value ^ 1 << 127, toByteOffset: place &* 16, as: UInt128.self)
    }
  }

  /// As DuckDB keeps an interval.
  private struct Interval: BitwiseCopyable {
    var months: Int32 = 0
    var days: Int32 = 0
    var microseconds: Int64 = 0
  }

  @unsafe
  private static func convertIntervals(
    to target: UnsafeMutableRawPointer,
    _ values: UnsafeRawBufferPointer,
    _ rows: RowSelection,
    _ transfer: ColumnImport.Transfer
  ) throws(IngestionError) {
    try rows.forEach { row, place throws(IngestionError) in
      var interval = Interval()
      switch transfer {
      case .duration(let unit):
        let value = unsafe ArrayData.integer(values, row, as: Int64.self)
        switch unit {
        case .second: interval.microseconds = try Self.scaled(value, by: 1_000_000)
        case .millisecond: interval.microseconds = try Self.scaled(value, by: 1_000)
        case .microsecond: interval.microseconds = value
        case .nanosecond: interval.microseconds = try Self.wholeMicroseconds(value)
        }
      case .interval(.yearMonth):
        interval.months = unsafe ArrayData.integer(values, row, as: Int32.self)
      case .interval(.dayTime):
        interval.days = unsafe ArrayData.integer(values, 2 &* row, as: Int32.self)
        let milliseconds = unsafe ArrayData.integer(values, 2 &* row &+ 1, as: Int32.self)
        interval.microseconds = Int64(milliseconds) * 1_000
      default:
        interval.months = unsafe ArrayData.integer(values, 4 &* row, as: Int32.self)
        interval.days = unsafe ArrayData.integer(values, 4 &* row &+ 1, as: Int32.self)
        let nanoseconds = unsafe ArrayData.integer(values, 2 &* row &+ 1, as: Int64.self)
        interval.microseconds = try Self.wholeMicroseconds(nanoseconds)
      }
      unsafe target.storeBytes(of: interval, toByteOffset: place &* 16, as: Interval.self)
    }
  }
}
