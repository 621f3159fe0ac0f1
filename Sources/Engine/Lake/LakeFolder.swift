internal import Foundation
internal import SystemPackage

/// A folder under a second name, which tells nothing of where it is.
///
/// The name is this process's alone, and stays while the folder does: one that is put in its place
/// isn't found.
final class LakeFolder: Sendable {
  private let descriptor: FileDescriptor
  /// Where it was when it was opened.
  private let origin: String?

  /// Absolute, with `/` at the end.
  var path: String { Self.link(to: self.descriptor) + "/" }

  /// Whether it isn't where it was.
  var isGone: Bool { Self.place(of: self.descriptor) != self.origin }

  init(_ path: String) throws {
    self.descriptor = try FileDescriptor.open(
      FilePath(path),
      .readOnly,
      options: [.directory, .closeOnExec]
    )
    self.origin = Self.place(of: self.descriptor)
  }

  private static func link(to descriptor: FileDescriptor) -> String {
    "/proc/self/fd/\(descriptor.rawValue)"
  }

  /// The kernel follows a folder that is moved, and says of one that is removed that it is.
  private static func place(of descriptor: FileDescriptor) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: Self.link(to: descriptor))
  }

  deinit {
    try? self.descriptor.close()
  }
}
