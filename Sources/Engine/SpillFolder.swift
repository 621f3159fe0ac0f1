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
  private let isMade: Bool
  private let lock: SystemPackage.FileDescriptor?

  /// Where there can't be such a folder, DuckDB tells so once it has to spill.
  init(in directory: String) {
    Self.removeAbandoned(in: directory)
    var made = Self.make(in: directory)
    // Another process may have taken it for abandoned before it was locked.
    for _ in 1...3 where !made.isMade { made = Self.make(in: directory) }
    self.path = made.path
    self.isMade = made.isMade
    self.lock = made.lock
  }

  deinit {
    self.remove()
    try? self.lock?.close()
  }

  /// To be called at the end of all statements: processes end without freeing everything.
  func remove() {
    guard self.isMade else { return }
    Self.remove(self.path, opened: self.lock)
  }

  private static func make(
    in directory: String
  ) -> (path: String, isMade: Bool, lock: SystemPackage.FileDescriptor?) {
    let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    let path = URL(filePath: directory).appending(path: name).path
    guard unsafe mkdir(path, 0o700) == 0 else { return (path, false, nil) }
    let lock = Self.lock(path, waiting: true)
    return (path, lock != nil || FileManager.default.fileExists(atPath: path), lock)
  }

  /// - Returns: `nil` if it is locked already, gone, or where nothing can be locked.
  private static func lock(_ path: String, waiting: Bool) -> SystemPackage.FileDescriptor? {
    let descriptor = try? SystemPackage.FileDescriptor.open(
      FilePath(path),
      .readOnly,
      options: [.directory, .noFollow, .closeOnExec]
    )
    guard let descriptor else { return nil }
    var isLocked = false
    repeat {
      isLocked = flock(descriptor.rawValue, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) == 0
    } while !isLocked && errno == EINTR
    guard isLocked, FileManager.default.fileExists(atPath: path)
    else {
      try? descriptor.close()
      return nil
    }
    return descriptor
  }

  private static func removeAbandoned(in directory: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix(Self.prefix) {
      let path = URL(filePath: directory).appending(path: name).path
      guard let lock = Self.lock(path, waiting: false) else { continue }
      Self.remove(path, opened: lock)
      try? lock.close()
    }
  }

  /// Removes a folder with what DuckDB has written there; one that holds anything else is somebody's.
  ///
  /// - Parameter folder: Where its files are removed from, whatever somebody may put in its place.
  private static func remove(_ path: String, opened folder: SystemPackage.FileDescriptor?) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard names.allSatisfy({ $0.hasPrefix(Self.filePrefix) }) else { return }
    for name in names {
      if let folder {
        _ = unsafe unlinkat(folder.rawValue, name, 0)
      } else {
        _ = unsafe unlink("\(path)/\(name)")
      }
    }
    _ = unsafe rmdir(path)
  }
}
