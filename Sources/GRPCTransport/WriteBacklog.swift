/// Bytes of one stream's response that wait in HTTP/2 for the client's window.
package struct WriteBacklog {
  private let highWaterMark: Int
  private let lowWaterMark: Int
  private var byteCount = 0

  /// Whether more may be written.
  package private(set) var hasRoom = true

  package init(highWaterMark: Int, lowWaterMark: Int) {
    self.highWaterMark = highWaterMark
    self.lowWaterMark = lowWaterMark
  }

  package mutating func wrote(_ byteCount: Int) {
    self.byteCount += byteCount
    if self.byteCount > highWaterMark { hasRoom = false }
  }

  /// Returns whether this made room.
  package mutating func sent(_ byteCount: Int) -> Bool {
    self.byteCount -= byteCount
    guard !hasRoom, self.byteCount < lowWaterMark else { return false }
    hasRoom = true
    return true
  }
}
