import NIOCore

extension ArrayValidator {
  static func checkFixedWidthValues(_ array: ArrayData) throws(ArrowIPCError) {
    guard let bitWidth = array.type.bitWidth else {
      preconditionFailure("\(array.type) has no fixed width")
    }
    // At most 2^31 rows of 2^34 bits, given that both come from 32-bit integers or a limit.
    let (bitCount, overflow) = array.rowCount.multipliedReportingOverflow(by: bitWidth)
    try self.require(
      array.buffers[1].readableBytes,
      atLeast: overflow ? Int.max : bitCount / 8 + (bitCount % 8 > 0 ? 1 : 0),
      "values"
    )
    switch array.type {
    case .decimal(let precision, _, let bitWidth):
      try self.checkDecimals(array, DecimalLimit(precision: precision), bitWidth: bitWidth)
    case .time(let unit):
      try self.checkTimes(array, unit)
    default:
      break
    }
  }

  private static func checkDecimals(
    _ array: ArrayData,
    _ limit: DecimalLimit,
    bitWidth: Int
  ) throws(ArrowIPCError) {
    let valueBuffer = array.buffers[1]
    let values = valueBuffer.readableBytesSpan
    for row in 0..<array.rowCount {
      let fits =
        switch bitWidth {
        case 32: limit.allows(Int128(values.integer(Int32.self, at: row)))
        case 64: limit.allows(Int128(values.integer(Int64.self, at: row)))
        case 128: limit.allows(values.integer(Int128.self, at: row))
        default:
          limit.allows(
            high: values.integer(UInt128.self, at: 2 * row + 1),
            low: values.integer(UInt128.self, at: 2 * row)
          )
        }
      guard fits || array.isNull(row) else {
        throw ArrowIPCError(
          .invalidBatch,
          "The decimal in row \(row) has more digits than its type."
        )
      }
    }
  }

  /// Checks that times are within the day, or its end: 24:00:00 is a time to DuckDB.
  private static func checkTimes(
    _ array: ArrayData,
    _ unit: DataType.TimeUnit
  ) throws(ArrowIPCError) {
    let valueBuffer = array.buffers[1]
    let values = valueBuffer.readableBytesSpan
    let secondsPerDay: Int64 = 86_400
    let unitsPerDay =
      switch unit {
      case .second: secondsPerDay
      case .millisecond: secondsPerDay * 1000
      case .microsecond: secondsPerDay * 1_000_000
      case .nanosecond: secondsPerDay * 1_000_000_000
      }
    let isNarrow = array.type.bitWidth == 32
    for row in 0..<array.rowCount {
      let value =
        isNarrow
        ? Int64(values.integer(Int32.self, at: row)) : values.integer(Int64.self, at: row)
      guard 0...unitsPerDay ~= value || array.isNull(row) else {
        throw ArrowIPCError(.invalidBatch, "The time in row \(row) is not within a day.")
      }
    }
  }

  static func checkIndices(of array: ArrayData, below count: Int) throws(ArrowIPCError) {
    guard case .int(let bitWidth, let isSigned) = array.type else {
      preconditionFailure("dictionary indices are integers")
    }
    switch (bitWidth, isSigned) {
    case (8, true): try self.checkIndices(of: array, Int8.self, below: count)
    case (8, false): try self.checkIndices(of: array, UInt8.self, below: count)
    case (16, true): try self.checkIndices(of: array, Int16.self, below: count)
    case (16, false): try self.checkIndices(of: array, UInt16.self, below: count)
    case (32, true): try self.checkIndices(of: array, Int32.self, below: count)
    case (32, false): try self.checkIndices(of: array, UInt32.self, below: count)
    case (_, true): try self.checkIndices(of: array, Int64.self, below: count)
    case (_, false): try self.checkIndices(of: array, UInt64.self, below: count)
    }
  }

  private static func checkIndices<Index: FixedWidthInteger & BitwiseCopyable>(
    of array: ArrayData,
    _ type: Index.Type,
    below count: Int
  ) throws(ArrowIPCError) {
    let indexBuffer = array.buffers[1]
    let indices = indexBuffer.readableBytesSpan
    for row in 0..<array.rowCount {
      let index = indices.integer(type, at: row)
      guard (index >= 0 && index < count) || array.isNull(row) else {
        throw ArrowIPCError(
          .invalidBatch,
          "Row \(row) has the index \(index) in a dictionary of \(count) values."
        )
      }
    }
  }
}
