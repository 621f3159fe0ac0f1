internal import Foundation
internal import Glibc
internal import SystemPackage

/// The folder that DuckDB spills to, which nobody but the server's user may look into.
///
/// It is gone with its owner. A killed process leaves it, and with it the lock on it: whoever makes the
/// next one beside it removes those that no process has locked. Where the file system has no locks, it
/// stays.
final class SpillFolder: Sendable {
  private static let prefix = "lakehouse-spill-"
  /// What the names of DuckDB's files begin with.
  private static let filePrefix = "duckdb_temp_"

  let path: String
  private let folder: SystemPackage.FileDescriptor?

  /// Where there can't be such a folder, DuckDB tells so once it has to spill.
  init(in directory: String) {
    Self.removeAbandoned(in: directory)
    var made = Self.make(in: directory)
    for _ in 1...3 where made.folder == nil { made = Self.make(in: directory) }
    self.path = made.path
    self.folder = made.folder
  }

  deinit {
    self.remove()
    try? self.folder?.close()
  }

  /// To be called at the end of all statements: processes end without freeing everything.
  func remove() {
    guard let folder = self.folder else { return }
    Self.remove(folder, at: self.path)
  }

  private static func make(
    in directory: String
  ) -> (path: String, folder: SystemPackage.FileDescriptor?) {
    let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    let path = URL(filePath: directory).appending(path: name).path
    guard unsafe mkdir(path, 0o700) == 0 else { return (path, nil) }
    guard let folder = Self.open(path)
    else {
      _ = unsafe rmdir(path)
      return (path, nil)
    }
    _ = Self.lock(folder, LOCK_EX)
    // Another process may have taken it for abandoned before it was locked.
    guard FileManager.default.fileExists(atPath: path)
    else {
      try? folder.close()
      return (path, nil)
    }
    return (path, folder)
  }

  private static func removeAbandoned(in directory: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix(Self.prefix) {
      let path = URL(filePath: directory).appending(path: name).path
      guard let folder = Self.open(path) else { continue }
      if Self.lock(folder, LOCK_EX | LOCK_NB) { Self.remove(folder, at: path) }
      try? folder.close()
    }
  }

  private static func open(_ path: String) -> SystemPackage.FileDescriptor? {
    try? SystemPackage.FileDescriptor.open(
      FilePath(path),
      .readOnly,
      options: [.directory, .noFollow, .closeOnExec]
    )
  }

  /// - Returns: Whether it is locked now, which it can't be where the file system has no locks.
  private static func lock(_ folder: SystemPackage.FileDescriptor, _ operation: Int32) -> Bool {
    var result = flock(folder.rawValue, operation)
    while result != 0 && errno == EINTR { result = flock(folder.rawValue, operation) }
    return result == 0
  }

  /// Removes a folder with what DuckDB has written there; one that holds anything else is somebody's.
  ///
  /// - Parameter folder: Where its files are removed from, whatever somebody may put in its place.
  private static func remove(_ folder: SystemPackage.FileDescriptor, at path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard names.allSatisfy({ $0.hasPrefix(Self.filePrefix) }) else { return }
    for name in names { _ = unsafe unlinkat(folder.rawValue, name, 0) }
    _ = unsafe rmdir(path)
  }
}
