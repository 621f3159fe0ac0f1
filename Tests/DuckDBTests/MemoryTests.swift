import DuckDB
import Foundation
import StatementMix
import Testing

struct MemoryTests {
  @Test func `Ten thousand statements leave nothing behind`() async {
    // In a process of its own, so that nobody else's memory is counted.
    await #expect(processExitsWith: .success) {
      let connection = try Database(options: ["threads": "1"]).connect()
      try connection.execute("CREATE TABLE t AS SELECT i, 'row ' || i AS s FROM range(5000) r(i)")
      for number in 0..<2000 {
        try StatementMix.run(number, on: connection)
      }
      let before = try residentByteCount()
      for number in 0..<10_000 {
        try StatementMix.run(number, on: connection)
      }
      let growth = try residentByteCount() - before
      #expect(growth < 8 << 20, "grew by \(growth) bytes")
    }
  }
}

/// The memory of this process that isn't swapped out, shared or not.
private func residentByteCount() throws -> Int {
  let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
  guard fields.count > 1, let pages = Int(fields[1]) else {
    throw CocoaError(.fileReadCorruptFile)
  }
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
