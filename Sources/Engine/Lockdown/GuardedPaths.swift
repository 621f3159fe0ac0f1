internal import Foundation
internal import Glibc

/// Folders and files of the server that DuckDB may open, and clients may not name.
struct GuardedPaths: Sendable {
  private static let localhost = "//localhost/"
  private static let processLinks: Set<Substring> = ["cwd", "fd", "root", "task"]
  /// Linux's `O_PATH`, which the module of the C library leaves out: nothing is read or waited for.
  private static let pathOnly: Int32 = 0o10000000

  private let paths: [String]
  /// What `~` stands for.
  private let home: String

  /// - Parameter paths: Local paths, relative ones too, or addresses in object storage.
  init(_ paths: [String], home: String = ProcessInfo.processInfo.environment["HOME"] ?? "") {
    self.home = home
    let written = paths.map { Self.normalized($0, home) }
    let resolved = paths.compactMap { Self.local($0, home).map(Self.resolved) }
    self.paths = Array(Set(written + resolved).filter { $0.count > 1 })
  }

  /// Whether a text names one of them, or something inside of one, however it is written: DuckDB
  /// follows links, such as `/proc/self/root`, before it looks whether it may open what they lead to.
  ///
  /// Where DuckDB looks for files a backslash parts the steps of a path; where it looks whether they lie
  /// in a folder that it may open, it doesn't.
  func contain(_ text: String) -> Bool {
    guard !self.paths.isEmpty, text.utf8.contains(where: { $0 == 0x2f || $0 == 0x5c }) else {
      return false
    }
    let readings: Set = [text, text.replacingOccurrences(of: "\\", with: "/")]
    return readings.contains { self.containReading($0) }
  }

  private func containReading(_ text: String) -> Bool {
    let normalized = Self.normalized(text, self.home)
    guard !self.holds(normalized), !Self.leadsThroughProcess(normalized) else { return true }
    return Self.local(text, self.home).map { self.holds(Self.resolved($0)) } ?? false
  }

  /// Whether a path goes on from a file or folder that some process has open: what that is may change
  /// while one looks.
  private static func leadsThroughProcess(_ path: String) -> Bool {
    let steps = path.split(separator: "/")
    return switch steps.first {
    case "proc": steps.count > 2 && Self.processLinks.contains(steps[2])
    case "dev": steps.count > 2 && steps[1] == "fd"
    default: false
    }
  }

  private func holds(_ path: String) -> Bool {
    self.paths.contains { path.utf8.starts(with: $0.utf8) }
  }

  /// Where a path leads, as far as there is something, and what it says beyond.
  private static func resolved(_ path: String) -> String {
    var steps = path.split(separator: "/")[...]
    var place = unsafe open("/", Self.pathOnly | O_CLOEXEC)
    defer { close(place) }
    while let step = steps.first {
      let next = unsafe openat(place, String(step), Self.pathOnly | O_CLOEXEC)
      guard next >= 0 else { break }
      close(place)
      place = next
      steps = steps.dropFirst()
    }
    let link = "/proc/self/fd/\(place)"
    let found = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? "/"
    return "/" + Self.collapsed("\(found)/\(steps.joined(separator: "/"))"[...])
  }

  private static func normalized(_ text: String, _ home: String) -> String {
    guard let path = Self.local(text, home) else {
      let scheme = text.range(of: "://")?.upperBound ?? text.startIndex
      return text[..<scheme].lowercased() + Self.collapsed(text[scheme...])
    }
    return "/" + Self.collapsed(path[...])
  }

  /// A whole path in the file system; `nil` for an address elsewhere.
  private static func local(_ text: String, _ home: String) -> String? {
    var path = text
    if path.asciiLowercased.utf8.starts(with: "file:".utf8) {
      path = String(path.dropFirst(5))
      if path.asciiLowercased.utf8.starts(with: Self.localhost.utf8) {
        path = String(path.dropFirst(Self.localhost.count - 1))
      }
    } else if path.contains("://") {
      return nil
    }
    if path.hasPrefix("~") { path = home + path.dropFirst() }
    return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
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
