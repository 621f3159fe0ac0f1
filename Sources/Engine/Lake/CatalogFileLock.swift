internal import Glibc
internal import SystemPackage

/// Keeps the other processes of a machine that share a catalog in a file from doing the same at the
/// same time.
///
/// It is free again when this goes, or the process.
final class CatalogFileLock: Sendable {
  /// What is locked; each has a file beside the catalog's.
  enum Purpose: String {
    case commit, maintenance
  }

  private let descriptor: SystemPackage.FileDescriptor

  /// `nil` if another process has it.
  init?(_ purpose: Purpose, ofCatalog path: String) throws {
    self.descriptor = try SystemPackage.FileDescriptor.open(
      FilePath("\(path).\(purpose.rawValue)-lock"),
      .readWrite,
      options: [.create, .closeOnExec],
      permissions: .ownerReadWrite
    )
    guard flock(self.descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      let error = Errno(rawValue: errno)
      try? self.descriptor.close()
      guard error == .wouldBlock || error == .resourceTemporarilyUnavailable else { throw error }
      return nil
    }
  }

  deinit {
    try? self.descriptor.close()
  }
}
