internal import Foundation
internal import Glibc
internal import NIOPosix
internal import Synchronization

/// A program that is run once, for what it writes.
final class ChildProcess: Sendable {
  struct Ended: Sendable {
    let status: Int32
    let output: Data
  }

  private let program: URL
  private let arguments: [String]
  private let outputByteLimit: Int
  private let isCancelled = Atomic(false)
  private let number = Mutex<Int32?>(nil)

  init(program: URL, arguments: [String], outputByteLimit: Int) {
    self.program = program
    self.arguments = arguments
    self.outputByteLimit = outputByteLimit
  }

  /// Runs it to its end; it is killed when the task is cancelled or when it writes too much.
  func run() async throws -> Ended {
    // Reading blocks, and a program may take its time.
    let thread = NIOThreadPool(numberOfThreads: 1)
    thread.start()
    defer { thread.shutdownGracefully { _ in } }
    return try await withTaskCancellationHandler {
      try await thread.runIfActive { try self.runBlocking() }
    } onCancel: {
      self.isCancelled.store(true, ordering: .sequentiallyConsistent)
      self.kill()
    }
  }

  private func runBlocking() throws -> Ended {
    let process = Process()
    process.executableURL = self.program
    process.arguments = self.arguments
    process.currentDirectoryURL = URL(filePath: "/")
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    self.number.withLock { $0 = process.processIdentifier }
    if self.isCancelled.load(ordering: .sequentiallyConsistent) { self.kill() }
    var output = Data()
    while let part = try pipe.fileHandleForReading.read(upToCount: 64 << 10), !part.isEmpty {
      output += part
      if output.count > self.outputByteLimit { self.kill() }
    }
    process.waitUntilExit()
    self.number.withLock { $0 = nil }
    guard output.count <= self.outputByteLimit else { throw CancellationError() }
    return Ended(status: process.terminationStatus, output: output)
  }

  private func kill() {
    // Foundation gives it a group of its own, and what it has started is in there, too.
    self.number.withLock { number in
      if let number { _ = Glibc.kill(-number, SIGKILL) }
    }
  }
}
