internal import SystemPackage

/// A folder under a second name, which tells nothing of where it is.
///
/// The name is this process's alone, and stays while the folder does: one that is put in its place
/// isn't found.
final class LakeFolder: Sendable {
  private let descriptor: FileDescriptor

  /// Absolute, with `/` at the end.
  var path: String { "/proc/self/fd/\(self.descriptor.rawValue)/" }

  init(_ path: String) throws {
    self.descriptor = try FileDescriptor.open(
      FilePath(path),
      .readOnly,
      options: [.directory, .closeOnExec]
    )
  }

  deinit {
    try? self.descriptor.close()
  }
}
