/// What the client may still send, on one stream or on all, and when it is to be told of more.
package struct ReceiveWindow {
  private let target: Int
  private var openByteCount: Int?
  private var heldByteCount = 0
  private var isClosed = false

  package init(target: Int) {
    self.target = target
  }

  /// HTTP/2 tells how much the client may send; returns by how much to widen that.
  package mutating func changed(to byteCount: Int) -> Int? {
    openByteCount = byteCount
    return increment
  }

  /// The initial size of all windows has changed.
  package mutating func changed(by byteCount: Int) -> Int? {
    openByteCount.flatMap { changed(to: $0 + byteCount) }
  }

  /// So much of what arrived waits for its reader; returns by how much to widen the window.
  package mutating func hold(_ byteCount: Int) -> Int? {
    guard byteCount != heldByteCount else { return nil }
    heldByteCount = byteCount
    return increment
  }

  /// The client sends no more.
  package mutating func close() {
    isClosed = true
  }

  /// Nothing before half of the window is used up: each update costs a frame.
  private var increment: Int? {
    guard !isClosed, let openByteCount else { return nil }
    let unread = openByteCount + heldByteCount
    let increment = target - unread
    return increment > 0 && increment >= unread ? increment : nil
  }
}
