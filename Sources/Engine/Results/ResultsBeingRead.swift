internal import Synchronization

/// The results that have been handed out and not read to their end, by their handles.
final class ResultsBeingRead: Sendable {
  private let streams = Mutex<[Handle: [ResultStream]]>([:])

  func insert(_ stream: ResultStream) {
    self.streams.withLock { $0[stream.handle, default: []].append(stream) }
  }

  func remove(_ stream: ResultStream) {
    self.streams.withLock { streams in
      guard var others = streams[stream.handle] else { return }
      others.removeAll { $0 === stream }
      streams[stream.handle] = others.isEmpty ? nil : others
    }
  }

  /// Several where a result may be read more than once.
  func streams(of handle: Handle) -> [ResultStream] {
    self.streams.withLock { $0[handle] ?? [] }
  }
}
