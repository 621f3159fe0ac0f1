import Foundation

/// A folder that is gone with its owner.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.path = url.path()
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }
}
