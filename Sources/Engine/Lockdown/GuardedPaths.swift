internal import Foundation

/// Folders and files of the server that DuckDB may open, and clients may not name.
struct GuardedPaths: Sendable {
  private let paths: [String]

  /// - Parameter paths: Local paths, relative ones too, or addresses in object storage.
  init(_ paths: [String]) {
    self.paths = paths.map(Self.normalized).filter { $0.count > 1 }
  }

  /// Whether a text names one of them, or something inside of one, however it is written.
  func contain(_ text: String) -> Bool {
    guard !self.paths.isEmpty, text.utf8.contains(where: { $0 == 0x2f || $0 == 0x5c }) else {
      return false
    }
    let path = Self.normalized(text)
    return self.paths.contains { path.utf8.starts(with: $0.utf8) }
  }

  private static func normalized(_ text: String) -> String {
    var path = text.replacingOccurrences(of: "\\", with: "/")
    if path.asciiLowercased.utf8.starts(with: "file:".utf8) {
      path = String(path.dropFirst(5))
    } else if let scheme = path.range(of: "://") {
      return path[..<scheme.upperBound].lowercased() + Self.collapsed(path[scheme.upperBound...])
    }
    if !path.hasPrefix("/") {
      path = FileManager.default.currentDirectoryPath + "/" + path
    }
    return "/" + Self.collapsed(path[...])
  }

  /// Without empty steps, `.` and `..`.
  private static func collapsed(_ path: Substring) -> String {
    var steps: [Substring] = []
    for step in path.split(separator: "/") where step != "." {
      if step == ".." { _ = steps.popLast() } else { steps.append(step) }
    }
    return steps.joined(separator: "/")
  }
}
