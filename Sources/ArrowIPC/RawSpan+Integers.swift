extension RawSpan {
  /// The little-endian integer at `index` of an array of them, at any address.
  @inline(__always)
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self,
    at index: Int
  ) -> Value {
    self.integer(type, atByte: index * MemoryLayout<Value>.size)
  }

  @inline(__always)
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self,
    atByte offset: Int
  ) -> Value {
    // Checks its bounds; unsafe only for types that not every bit pattern is a value of.
    unsafe Value(littleEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }
}
