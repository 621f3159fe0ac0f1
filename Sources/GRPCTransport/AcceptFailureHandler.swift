internal import NIOCore

/// Tells that connections can't be accepted, such as for want of file descriptors: of that clients
/// see nothing but that their connections wait. Once a minute at most.
final class AcceptFailureHandler: ChannelInboundHandler {
  typealias InboundIn = Channel

  private static let interval = TimeAmount.minutes(1)

  private let report: @Sendable (any Error) -> Void
  private var lastReport: NIODeadline?

  init(_ report: @escaping @Sendable (any Error) -> Void) {
    self.report = report
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isDue = self.lastReport.map { $0 + Self.interval <= .now() } ?? true
    if isDue {
      self.lastReport = .now()
      self.report(error)
    }
    context.fireErrorCaught(error)
  }
}
