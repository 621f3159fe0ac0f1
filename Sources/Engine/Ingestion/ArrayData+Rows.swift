internal import ArrowIPC
internal import NIOCore

extension ArrayData {
  /// The bytes of a buffer, at any address.
  ///
  /// They stay where they are for as long as the array or a copy of it lives: nobody writes to
  /// what was received.
  @unsafe
  func bytes(_ buffer: Int) -> UnsafeRawBufferPointer {
    unsafe self.buffers[buffer].withUnsafeReadableBytes { unsafe $0 }
  }

  /// The integer in a row of the buffer.
  @inline(__always)
  static func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer,
    _ row: Int,
    as type: Value.Type
  ) -> Value {
    unsafe bytes.loadUnaligned(fromByteOffset: row &* MemoryLayout<Value>.size, as: type)
  }

  /// The given rows, those without a value marked as NULL.
  func valid(_ rows: RowSelection) -> RowSelection {
    guard self.nullCount > 0, self.type.hasValidity else { return rows }
    let validity = unsafe self.bytes(0)
    return rows.mapped { row in
      unsafe validity[row >> 3] & (1 << UInt8(row & 7)) != 0
        ? Int32(truncatingIfNeeded: row) : RowSelection.null
    }
  }

  /// Which value of the dictionary each row refers to.
  func indices(_ rows: RowSelection) -> RowSelection {
    guard case .int(let bitWidth, let isSigned) = self.type else { return rows }
    let bytes = unsafe self.bytes(1)
    let rows = self.valid(rows)
    return switch (bitWidth, isSigned) {
    case (8, true):
      rows.mapped { unsafe Int32(Self.integer(bytes, $0, as: Int8.self)) }
    case (8, false):
      rows.mapped { unsafe Int32(Self.integer(bytes, $0, as: UInt8.self)) }
    case (16, true):
      rows.mapped { unsafe Int32(Self.integer(bytes, $0, as: Int16.self)) }
    case (16, false):
      rows.mapped { unsafe Int32(Self.integer(bytes, $0, as: UInt16.self)) }
    case (32, _):
      rows.mapped { unsafe Self.integer(bytes, $0, as: Int32.self) }
    default:
      rows.mapped { unsafe Int32(truncatingIfNeeded: Self.integer(bytes, $0, as: Int64.self)) }
    }
  }

  /// Which run each row lies in.
  func runs(_ rows: RowSelection, bitWidth: Int) -> RowSelection {
    let ends = unsafe self.children[0].bytes(1)
    let count = self.children[0].rowCount
    func end(_ run: Int) -> Int {
      switch bitWidth {
      case 16: unsafe Int(Self.integer(ends, run, as: Int16.self))
      case 32: unsafe Int(Self.integer(ends, run, as: Int32.self))
      default: unsafe Int(Self.integer(ends, run, as: Int64.self))
      }
    }
    var run = 0
    return rows.mapped { row in
      // Rows mostly follow one another; else the run is looked for.
      if run > 0, end(run - 1) > row { run = 0 }
      if end(run) <= row, run + 1 < count, end(run + 1) > row { run += 1 }
      if end(run) <= row {
        var (low, high) = (run, count - 1)
        while low < high {
          let middle = (low + high) / 2
          if end(middle) > row { high = middle } else { low = middle + 1 }
        }
        run = low
      }
      return Int32(truncatingIfNeeded: run)
    }
  }
}
