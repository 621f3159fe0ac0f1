internal import Foundation

/// A file of text that a setting names.
struct TextFile {
  /// What is longer is taken for a mistake.
  static let byteLimit = 1 << 20

  let text: String

  /// Reads it to its end, whatever it is: text may come in a pipe, such as a shell's `<(pass show lake)`.
  ///
  /// - Parameter source: What errors begin with: the setting that names the file.
  init(
    _ path: String,
    for source: String,
    byteLimit: Int = Self.byteLimit
  ) throws(ConfigurationError) {
    let content: Data
    do {
      content = try Self.content(of: path, byteLimit: byteLimit)
    } catch {
      let reason =
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "this process may not"
        default: "it is no file, or a longer one than \(byteLimit) bytes"
        }
      throw ConfigurationError("\(source): cannot read '\(path)': \(reason)")
    }
    guard let text = String(bytes: content, encoding: .utf8) else {
      throw ConfigurationError("\(source): cannot read '\(path)': it is not UTF-8 text")
    }
    // As editors of another system begin files.
    self.text =
      text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func content(of path: String, byteLimit: Int) throws -> Data {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? handle.close() }
    var content = Data()
    while let part = try handle.read(upToCount: Self.byteLimit), !part.isEmpty {
      content += part
      guard content.count <= byteLimit else { throw CocoaError(.fileReadTooLarge) }
    }
    return content
  }
}
