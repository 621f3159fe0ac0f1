import Foundation
import Synchronization

/// What was asked, the latest last: some of it in memory, all of it in a file if one is given.
final class RequestLog: Sendable {
  private struct State {
    var count = 0
    var latest: [RequestRecord] = []
  }

  private static let memoryLimit = 20_000

  private let file: FileHandle?
  private let state = Mutex(State())

  init(path: String?) throws {
    guard let path else {
      self.file = nil
      return
    }
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw CocoaError(.fileWriteUnknown)
    }
    self.file = try FileHandle(forWritingTo: URL(filePath: path))
  }

  func add(_ request: Request, _ answer: Answer, isDisturbed: Bool) {
    self.state.withLock { state in
      state.count += 1
      let record = RequestRecord(state.count, request, answer, isDisturbed: isDisturbed)
      state.latest.append(record)
      if state.latest.count > 2 * Self.memoryLimit {
        state.latest.removeFirst(Self.memoryLimit)
      }
      guard let file = self.file, let line = try? JSONEncoder().encode(record) else { return }
      try? file.write(contentsOf: line + Data("\n".utf8))
    }
  }

  /// Those with numbers above this one.
  func records(after number: Int) -> [RequestRecord] {
    self.state.withLock { state in state.latest.filter { $0.number > number } }
  }
}
