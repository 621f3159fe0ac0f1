package import GRPCCore
import Synchronization

/// What the transport itself has to do with a call's end, for whoever keeps a record of the call.
package final class CallOutcome: Sendable {
  private struct State {
    var failure: RPCError?
    var trailers = Metadata()
  }

  /// That of the call which the present task answers.
  @TaskLocal package static var current: CallOutcome?

  private let state = Mutex(State())

  /// What the transport ended the call with before its handler did.
  package var failure: RPCError? { state.withLock { $0.failure } }

  /// Sends these with a status of the transport's own.
  package func addTrailers(_ metadata: Metadata) {
    state.withLock { $0.trailers.add(contentsOf: metadata) }
  }

  var trailers: Metadata { state.withLock { $0.trailers } }

  func fail(_ error: RPCError) {
    state.withLock { $0.failure = $0.failure ?? error }
  }
}
