/// A string as DuckDB stores it: 16 bytes that hold its length and either up to 12 bytes, or the
/// first four and a pointer to all of them.
@unsafe
struct StringSlot {
  static let width = 16
  static let inlineCapacity = 12

  let address: UnsafeRawPointer

  @inline(__always)
  init(_ address: UnsafeRawPointer) {
    unsafe self.address = address
  }

  @inline(__always)
  var count: Int {
    unsafe Int(self.address.loadUnaligned(as: UInt32.self))
  }

  @inline(__always)
  var bytes: UnsafeRawPointer {
    unsafe self.count <= Self.inlineCapacity
      ? self.address + 4
      : (self.address + 8).loadUnaligned(as: UnsafeRawPointer.self)
  }
}
