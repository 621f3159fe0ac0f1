internal import Foundation
internal import Glibc
internal import SystemPackage

/// A password file of libpq, which is read again for each new connection.
///
/// It has no name that others could open, and lies in memory where the system has a folder for
/// that.
final class PasswordFile: Sendable {
  private static let memoryFolder = "/dev/shm"

  private let descriptor: SystemPackage.FileDescriptor
  /// Where this process, and nobody else, can read it.
  let path: String

  /// - Parameter folder: Where the file is made if it can't be in memory.
  init(_ password: String, of postgres: PostgresConfiguration, folder: String) throws {
    let hasMemoryFolder = FileManager.default.isWritableFile(atPath: Self.memoryFolder)
    let name = "lakehouse-\(UInt64.random(in: .min ... .max))"
    let path = FilePath(hasMemoryFolder ? Self.memoryFolder : folder).appending(name)
    self.descriptor = try SystemPackage.FileDescriptor.open(
      path,
      .readWrite,
      options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite
    )
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
    self.path = "/proc/self/fd/\(self.descriptor.rawValue)"
    let user = Self.escaped(postgres.user ?? "")
    let line = "*:*:*:\(user):\(Self.escaped(password))\n"
    _ = try self.descriptor.writeAll(toAbsoluteOffset: 0, line.utf8)
  }

  deinit {
    try? self.descriptor.close()
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
  }
}
