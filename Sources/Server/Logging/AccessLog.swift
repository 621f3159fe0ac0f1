internal import Engine
internal import GRPCCore
internal import Logging

/// Writes a line at the end of each call.
///
/// It goes past swift-log, whose metadata would cost more than the rest of a small call's record.
struct AccessLog: Sendable {
  let output: LogOutput
  let format: LogFormat
  let level: Logger.Level

  private static let flightService = "arrow.flight.protocol.FlightService"
  private static let healthService = "grpc.health.v1.Health"

  func write(_ record: CallRecord, _ facts: CallRecord.Facts, _ code: Status.Code) {
    let level = Self.level(of: code, service: record.method.service.fullyQualifiedService)
    guard level >= self.level else { return }
    let end = ContinuousClock.now
    var line = self.line(level, method: Self.name(of: record.method), code, peer: record.peer)
    if let command = facts.command { line.add("command", command) }
    if let principal = facts.principal { line.add("principal", principal) }
    if let session = facts.session { line.add("session", session) }
    if let statement = facts.statement { line.add("statement", statement) }
    line.add("rows", facts.rowCount)
    line.add("bytes", facts.byteCount)
    var times = StatementTimes()
    for cancellation in facts.cancellations { times.add(cancellation.times) }
    line.add("queue_ms", milliseconds: times.queued)
    line.add("execution_ms", milliseconds: times.worked)
    line.add("stream_ms", milliseconds: facts.responseStart.map { end - $0 } ?? .zero)
    line.add("total_ms", milliseconds: end - record.start)
    line.add("request", record.requestID)
    self.output.write(line)
  }

  /// Writes the line of a call that the transport refused.
  func writeRefusal(path: String, peer: String, _ code: Status.Code) {
    guard self.level <= .info else { return }
    self.output.write(
      self.line(.info, method: String(path.prefix(Self.pathLimit)), code, peer: peer)
    )
  }

  /// How much of a path that isn't any method's is logged.
  private static let pathLimit = 200

  private func line(
    _ level: Logger.Level,
    method: String,
    _ code: Status.Code,
    peer: String
  ) -> LogLine {
    var line = LogLine(
      self.format,
      level: level,
      component: LogComponent.access.rawValue,
      message: "call"
    )
    line.add("method", method)
    line.add("status", code.name)
    line.add("peer", peer)
    return line
  }

  private static func name(of method: MethodDescriptor) -> String {
    method.service.fullyQualifiedService == Self.flightService
      ? method.method : method.fullyQualifiedMethod
  }

  /// Probes come every few seconds, and what fails through the server's own fault is to be seen.
  private static func level(of code: Status.Code, service: String) -> Logger.Level {
    switch code {
    case .internalError, .unknown, .dataLoss: .warning
    default: service == Self.healthService ? .debug : .info
    }
  }
}

extension Status.Code {
  /// The name in gRPC's specification.
  fileprivate var name: String {
    let names = [
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
      "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
      "UNAUTHENTICATED",
    ]
    return names.indices.contains(self.rawValue) ? names[self.rawValue] : "\(self.rawValue)"
  }
}
