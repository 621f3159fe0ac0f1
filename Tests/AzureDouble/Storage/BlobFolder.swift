import Foundation
import NIOCore

/// A folder with a subfolder for each container, and in it the committed blobs as files.
struct BlobFolder {
  let path: String

  func load() throws -> [String: BlobStore.Container] {
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    var containers: [String: BlobStore.Container] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: self.path) {
      var container: BlobStore.Container = [:]
      let root = self.location(name)
      for file in try FileManager.default.subpathsOfDirectory(atPath: root) {
        var isDirectory: ObjCBool = false
        let path = "\(root)/\(file)"
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
          continue
        }
        var blob = Blob(isDirectory: isDirectory.boolValue)
        if !isDirectory.boolValue {
          let content = try Data(contentsOf: URL(filePath: path))
          blob.commit([Blob.Block(bytes: ByteBuffer(bytes: content))])
        }
        container[file] = blob
      }
      containers[name] = container
    }
    return containers
  }

  func make(_ container: String) throws {
    try FileManager.default.createDirectory(
      atPath: self.location(container),
      withIntermediateDirectories: true
    )
  }

  func remove(_ container: String) throws {
    try FileManager.default.removeItem(atPath: self.location(container))
  }

  /// Writes a blob's content; removes its file where there is no blob.
  func keep(_ blob: Blob?, as name: String, in container: String) throws {
    let path = "\(self.location(container))/\(name)"
    guard let blob else { return try FileManager.default.removeItem(atPath: path) }
    let folder = blob.isDirectory ? path : URL(filePath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard !blob.isDirectory else { return }
    let content = blob.bytes(0..<blob.byteCount)
    try Data(content.readableBytesView).write(to: URL(filePath: path), options: .atomic)
  }

  private func location(_ container: String) -> String { "\(self.path)/\(container)" }
}
