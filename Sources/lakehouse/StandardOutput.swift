internal import Foundation

/// Where commands print what they were asked for.
enum StandardOutput {
  struct Failure: Error, CustomStringConvertible {
    let description = "cannot write to standard output"
  }

  /// Prints a text and a line feed.
  ///
  /// - Throws: If not all of it could be written, so that nobody takes a part for the whole.
  static func print(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      throw Failure()
    }
  }
}
