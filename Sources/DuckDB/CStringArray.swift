import CDuckDB

/// Owns C strings and the array of pointers to them that C functions take.
@safe
struct CStringArray: ~Copyable {
  private let strings: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

  var pointer: UnsafeMutablePointer<UnsafePointer<CChar>?>? { unsafe self.strings.baseAddress }

  init(_ texts: [String]) {
    unsafe self.strings = .allocate(capacity: texts.count)
    for (index, text) in texts.enumerated() {
      let bytes = text.utf8CString
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
      _ = unsafe copy.initialize(from: bytes)
      unsafe (self.strings.baseAddress! + index).initialize(to: UnsafePointer(copy.baseAddress))
    }
  }

  deinit {
    for index in unsafe self.strings.indices {
      unsafe self.strings[index]?.deallocate()
    }
    unsafe self.strings.deallocate()
  }
}
