import DuckDB

/// The rows of a vector that are to be appended.
@safe
struct VectorSlice: ~Escapable {
  let vector: Vector
  let rows: Range<Int>

  /// Which of the vector's rows aren't NULL; `nil` where none of `rows` is.
  let validity: UnsafePointer<UInt64>?
  let nullCount: Int

  @_lifetime(copy vector)
  init(_ vector: Vector, rows: Range<Int>) {
    unsafe self.init(vector, rows: rows, validity: vector.validity)
  }

  /// - Parameter validity: Used instead of the vector's own. It must outlive the slice.
  @unsafe
  @_lifetime(copy vector)
  init(_ vector: Vector, rows: Range<Int>, validity: UnsafePointer<UInt64>?) {
    self.vector = vector
    self.rows = rows
    let nullCount = unsafe validity.map { unsafe Bits.countZeros($0, in: rows) } ?? 0
    self.nullCount = nullCount
    unsafe self.validity = nullCount > 0 ? validity : nil
  }

  @inline(__always)
  func isNull(_ row: Int) -> Bool {
    unsafe !Self.isValid(self.validity, row)
  }

  /// Whether `validity`, that of a slice, says that a row of its vector isn't NULL.
  @unsafe
  @inline(__always)
  static func isValid(_ validity: UnsafePointer<UInt64>?, _ row: Int) -> Bool {
    guard let words = unsafe validity else {
      return true
    }
    return unsafe Bits.isSet(words, row)
  }

  /// The slot of the first row.
  @unsafe
  @inline(__always)
  func firstSlot(width: Int) -> UnsafeRawPointer {
    unsafe self.vector.data + self.rows.lowerBound * width
  }
}
