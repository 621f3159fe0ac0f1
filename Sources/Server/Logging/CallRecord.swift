internal import Auth
internal import Engine
internal import GRPCCore
internal import GRPCTransport
internal import Synchronization

/// What the access log will say of one call, gathered while it runs.
final class CallRecord: Sendable {
  struct Facts {
    var command: String?
    var principal: String?
    var session: UInt64?
    /// What the response begins with, if there is one.
    var responseMetadata = Metadata()
    var statement: UInt64?
    var rowCount = 0
    var byteCount = 0
    /// Those who know how long statements waited and were computed.
    var cancellations: [Cancellation] = []
    var responseStart: ContinuousClock.Instant?
    var hasEnded = false
  }

  /// The record of the call that the present task answers.
  @TaskLocal static var current: CallRecord?

  let requestID: String
  let method: MethodDescriptor
  let peer: String
  let start = ContinuousClock.now
  private let log: AccessLog
  private let facts = Mutex(Facts())

  init(requestID: String, method: MethodDescriptor, peer: String, log: AccessLog) {
    self.requestID = requestID
    self.method = method
    self.peer = peer
    self.log = log
  }

  convenience init(_ direct: DirectCall, log: AccessLog) {
    self.init(
      requestID: RequestID.id(in: direct.metadata),
      method: direct.method,
      peer: direct.connection.remotePeer,
      log: log
    )
    direct.outcome.addTrailers([RequestID.header: .string(self.requestID)])
  }

  deinit {
    // A response whose client was gone before it began is dropped without having been asked.
    self.end(.cancelled)
  }

  /// Writes the call's line; the second time does nothing.
  func end(_ code: Status.Code) {
    let facts = self.facts.withLock { facts -> Facts? in
      guard !facts.hasEnded else { return nil }
      facts.hasEnded = true
      return facts
    }
    if let facts { self.log.write(self, facts, code) }
  }

  /// What the client is told of an error, with the call's id and, before a response, what it would
  /// have begun with: a session is told to its client only once.
  func failure(_ error: any Error) -> RPCError {
    var failure =
      switch error {
      case let error as RPCError: error
      case let error as any RPCErrorConvertible: RPCError(error)
      default: RPCError(code: .unknown, message: "", cause: error)
      }
    failure.metadata.addString(self.requestID, forKey: RequestID.header)
    self.facts.withLock { facts in
      if facts.responseStart == nil { failure.metadata.add(contentsOf: facts.responseMetadata) }
    }
    return failure
  }
}

// MARK: - Facts

extension CallRecord {
  /// The Flight SQL command or the action's type.
  func note(command: String) {
    self.facts.withLock { $0.command = command }
  }

  func note(session: Session, _ responseMetadata: Metadata) {
    self.facts.withLock { facts in
      facts.principal = session.principal.name
      facts.session = session.number
      facts.responseMetadata = responseMetadata
    }
  }

  /// - Parameter statement: The number of the statement that is announced, fetched or run.
  func note(statement: UInt64) {
    self.facts.withLock { $0.statement = statement }
  }

  func note(work: Cancellation) {
    self.facts.withLock { $0.cancellations.append(work) }
  }

  func note(rowCount: Int, byteCount: Int = 0) {
    self.facts.withLock { facts in
      facts.rowCount += rowCount
      facts.byteCount += byteCount
    }
  }

  func noteResponseStart() {
    self.facts.withLock { $0.responseStart = .now }
  }
}
