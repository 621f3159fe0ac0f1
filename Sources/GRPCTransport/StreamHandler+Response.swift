import GRPCCore
import NIOCore
import NIOHTTP2

extension StreamHandler {
  /// Whether both the socket and the client take more.
  var isWritable: Bool { backlog.hasRoom && owner.isWritable }

  /// HTTP/2 has sent bytes that waited for the client's window.
  func sent(_ byteCount: Int) {
    if backlog.sent(byteCount) { wait() }
  }

  private func wait() {
    guard !isWaiting else { return }
    isWaiting = true
    owner.wait(self)
  }

  func goOn() {
    isWaiting = false
    pump()
  }

  /// Sends what the handler has written for as long as the client and the socket take it.
  func pump() {
    guard isOpen, let writer = call?.writer, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    let flushByteCount = connection.configuration.stream.flushByteCount
    var unflushedByteCount = 0
    var hasUnflushed = false
    while isWritable, let part = writer.next() {
      switch part {
      case .metadata(let metadata):
        guard let headers = machine.sendHeaders(metadata) else { continue }
        owner.write(.headers(.init(headers: headers)), on: id)
      case .message(let message):
        guard send(message) else { return }
        unflushedByteCount += message.count
      case .status(let status, let metadata):
        guard let trailers = machine.sendStatus(status, metadata: metadata) else { continue }
        return end(with: trailers)
      }
      hasUnflushed = true
      if unflushedByteCount >= flushByteCount {
        owner.flushNow()
        unflushedByteCount = 0
        hasUnflushed = false
      }
    }
    if hasUnflushed { owner.flush() }
    if backlog.hasRoom, !owner.isWritable { wait() }
  }

  /// Writes a message's frames; false if the call ended instead.
  private func send(_ message: Rope) -> Bool {
    if let headers = machine.sendHeaders([:]) {
      owner.write(.headers(.init(headers: headers)), on: id)
    }
    guard machine.canSendMessage() else { return true }
    guard machine.isCompressing else {
      write(message, isCompressed: false)
      return true
    }
    do {
      let compressed = Rope(head: try Gzip.deflate(message.contiguous))
      write(compressed, isCompressed: true)
      return true
    } catch {
      fail(error)
      return false
    }
  }

  private func write(_ message: Rope, isCompressed: Bool) {
    MessageFramer.frame(message, isCompressed: isCompressed) {
      backlog.wrote($0.readableBytes)
      owner.write(.data(.init(data: .byteBuffer($0))), on: id)
    }
  }
}
