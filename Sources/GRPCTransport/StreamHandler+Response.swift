import GRPCCore
import NIOCore
import NIOHTTP2

extension StreamHandler {
  /// Sends what the handler has written for as long as the client and the socket take it.
  func pump() {
    guard let context, let writer = call?.writer, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    let flushByteCount = connection.configuration.stream.flushByteCount
    var unflushedByteCount = 0
    var hasUnflushed = false
    while context.channel.isWritable, let part = writer.next() {
      switch part {
      case .metadata(let metadata):
        guard let headers = machine.sendHeaders(metadata) else { continue }
        write(.headers(.init(headers: headers)), to: context)
      case .message(let message):
        guard send(message, to: context) else { return }
        unflushedByteCount += message.count
      case .status(let status, let metadata):
        guard let trailers = machine.sendStatus(status, metadata: metadata) else { continue }
        return end(with: trailers)
      }
      hasUnflushed = true
      if unflushedByteCount >= flushByteCount {
        context.flush()
        unflushedByteCount = 0
        hasUnflushed = false
      }
    }
    if hasUnflushed { context.flush() }
  }

  /// Writes a message's frames; false if the call ended instead.
  private func send(_ message: Rope, to context: ChannelHandlerContext) -> Bool {
    if let headers = machine.sendHeaders([:]) {
      write(.headers(.init(headers: headers)), to: context)
    }
    guard machine.canSendMessage() else { return true }
    guard machine.isCompressing else {
      write(message, isCompressed: false, to: context)
      return true
    }
    do {
      let compressed = Rope(head: try Gzip.deflate(message.contiguous))
      write(compressed, isCompressed: true, to: context)
      return true
    } catch {
      fail(error)
      return false
    }
  }

  private func write(_ message: Rope, isCompressed: Bool, to context: ChannelHandlerContext) {
    MessageFramer.frame(message, isCompressed: isCompressed) {
      write(.data(.init(data: .byteBuffer($0))), to: context)
    }
  }

  private func write(_ payload: HTTP2Frame.FramePayload, to context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(payload), promise: nil)
  }
}
