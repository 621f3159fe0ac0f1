internal import Foundation
internal import Glibc
internal import SystemPackage

/// A password file of libpq, which is read again for each new connection.
///
/// It has no name that others could open, and lies in memory where the system has a folder for
/// that.
package final class PasswordFile: Sendable {
  private static let memoryFolder = "/dev/shm"

  private let descriptor: SystemPackage.FileDescriptor
  private let folder: String
  private let user: String
  /// Where this process, and nobody else, can read it.
  package let path: String

  /// - Parameter folder: Where the file is made if it can't be in memory.
  package init(_ password: String, of postgres: PostgresConfiguration, folder: String) throws {
    let hasMemoryFolder = FileManager.default.isWritableFile(atPath: Self.memoryFolder)
    self.folder = hasMemoryFolder ? Self.memoryFolder : folder
    self.user = postgres.user ?? ""
    self.descriptor = try Self.make(Self.line(self.user, password), in: self.folder)
    self.path = "/proc/self/fd/\(self.descriptor.rawValue)"
  }

  deinit {
    try? self.descriptor.close()
  }

  /// Puts another password in place of the present one.
  ///
  /// Whoever opens the path gets all of one or all of the other: the descriptor is made to be that of
  /// another file, in one step. Who has opened it before reads on in the old one.
  package func replace(_ password: String) throws {
    let file = try Self.make(Self.line(self.user, password), in: self.folder)
    defer { try? file.close() }
    guard dup3(file.rawValue, self.descriptor.rawValue, O_CLOEXEC) >= 0 else {
      throw Errno(rawValue: errno)
    }
  }

  private static func make(
    _ text: String,
    in folder: String
  ) throws -> SystemPackage.FileDescriptor {
    let path = FilePath(folder).appending("lakehouse-\(UInt64.random(in: .min ... .max))")
    let descriptor = try SystemPackage.FileDescriptor.open(
      path,
      .readWrite,
      options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite
    )
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
    do {
      _ = try descriptor.writeAll(toAbsoluteOffset: 0, text.utf8)
    } catch {
      try? descriptor.close()
      throw error
    }
    return descriptor
  }

  private static func line(_ user: String, _ password: String) -> String {
    "*:*:*:\(Self.escaped(user)):\(Self.escaped(password))\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
  }
}
