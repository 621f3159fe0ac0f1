import ArrowIPC
import Foundation
import NIOCore

/// Writes valid streams of every type into a folder, for the fuzzer to begin with.
@main
enum FuzzSeeds {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      FileHandle.standardError.write(Data("usage: FuzzSeeds FOLDER\n".utf8))
      exit(64)
    }
    let folder = URL(filePath: CommandLine.arguments[1], directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (index, type) in FieldGenerator.flatTypes.enumerated() {
      let schema = Schema(fields: [Field("column", type)])
      try Self.write(schema, seed: index, to: folder.appending(path: "flat-\(index)"))
    }
    for seed in 0..<100 {
      var fields = FieldGenerator(seed: seed)
      let schema = fields.schema(columnCount: 1 + seed % 3, depth: 1 + seed % 4)
      try Self.write(schema, seed: seed, to: folder.appending(path: "nested-\(seed)"))
    }
  }

  private static func write(_ schema: Schema, seed: Int, to file: URL) throws {
    var arrays = ArrayGenerator(seed: seed)
    let stream = WireMessage.stream(schema, arrays.batch(schema, rowCount: 1 + seed % 9))
    try Data(WireMessage.frames(stream).readableBytesView).write(to: file)
  }
}
