import Dispatch
import DuckDB
import Testing

struct InterruptTests {
  /// Would take hours.
  private static let endless = "SELECT sum(hash(a.i, b.i)) FROM big a, big b WHERE a.i <> b.i"

  private static func connection() throws -> Connection {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE big AS SELECT i FROM range(10000000) t(i)")
    return connection
  }

  @Test func `A statement whose flag is raised before it starts doesn't run`() throws {
    let connection = try Self.connection()
    let error = #expect(throws: DuckDBError.self) {
      _ = try connection.prepare(Self.endless).stream(isCancelled: { true }).kind
    }
    #expect(error?.code == .interrupted)
    #expect(try connection.rows("SELECT 'next'") == [["next"]])
  }

  @Test func `A write whose flag is raised before it starts changes nothing`() throws {
    let connection = try Self.connection()
    let error = #expect(throws: DuckDBError.self) {
      _ = try connection.prepare("DELETE FROM big").stream(isCancelled: { true }).kind
    }
    #expect(error?.code == .interrupted)
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM big") == [["10000000"]])
  }

  @Test func `DuckDB forgets an interrupt that comes before its statement`() throws {
    let connection = try Connection.inMemory()
    connection.interrupter.interrupt()
    #expect(try connection.rows("SELECT 'runs'") == [["runs"]])
  }

  @Test func `A flag raised between two tasks stops the statement`() throws {
    let connection = try Self.connection()
    var polls = 0
    let error = #expect(throws: DuckDBError.self) {
      let statement = try connection.prepare(Self.endless)
      _ = try statement.stream(isCancelled: {
        polls += 1
        return polls == 3
      }).kind
    }
    #expect(error?.code == .interrupted)
    #expect(polls == 3)
    #expect(try connection.rows("SELECT 'next'") == [["next"]])
  }

  @Test func `An interrupt stops a statement at work`() throws {
    let connection = try Self.connection()
    let interrupter = connection.interrupter
    var polls = 0
    let error = #expect(throws: DuckDBError.self) {
      let statement = try connection.prepare(Self.endless)
      _ = try statement.stream(isCancelled: {
        polls += 1
        if polls == 3 {
          interrupter.interrupt()
        }
        return false
      }).kind
    }
    #expect(error?.code == .interrupted)
    #expect(try connection.rows("SELECT 'next'") == [["next"]])
  }

  @Test func `An interrupt from another thread stops a statement at work`() throws {
    let connection = try Self.connection()
    let interrupter = connection.interrupter
    let hasStarted = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      hasStarted.wait()
      interrupter.interrupt()
    }
    let error = #expect(throws: DuckDBError.self) {
      let statement = try connection.prepare(Self.endless)
      var polls = 0
      _ = try statement.stream(isCancelled: {
        polls += 1
        if polls == 3 {
          hasStarted.signal()
        }
        return false
      }).kind
    }
    #expect(error?.code == .interrupted)
    #expect(try connection.rows("SELECT 'next'") == [["next"]])
  }

  @Test func `An interrupt between two fetches ends the stream`() throws {
    let connection = try Connection.inMemory()
    var result = try connection.prepare("SELECT * FROM range(1000000000000) t(i)").stream()
    _ = try result.nextChunk()?.rowCount
    connection.interrupter.interrupt()
    let error = #expect(throws: DuckDBError.self) {
      while let chunk = try result.nextChunk() {
        _ = chunk.rowCount
      }
    }
    #expect(error?.code == .interrupted)
    #expect(try connection.rows("SELECT 'next'") == [["next"]])
  }

  @Test func `An interrupter outlives its connection and does nothing`() throws {
    let interrupter = try Connection.inMemory().interrupter
    interrupter.interrupt()
    #expect(interrupter.progress == nil)
  }

  @Test func `Progress is told while a statement is at work`() throws {
    let connection = try Self.connection()
    try connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    let interrupter = connection.interrupter
    var found: [QueryProgress] = []
    let sql = "SELECT count(DISTINCT hash(i)) FROM big"
    var result = try connection.prepare(sql).stream(isCancelled: {
      if let progress = interrupter.progress {
        found.append(progress)
      }
      return false
    })
    _ = try result.nextChunk()?.rowCount
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { (0...100).contains($0.percentage) })
    #expect(found.contains { $0.totalRowsToProcess > 0 })
  }

  @Test func `There is no progress to tell where DuckDB doesn't count`() throws {
    #expect(try Connection.inMemory().interrupter.progress == nil)
  }
}
