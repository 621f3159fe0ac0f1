import DuckDB
import Testing

struct StreamingTests {
  @Test(arguments: [0, 1, 2047, 2048, 2049, 10_000])
  func `Rows come in order, chunk by chunk`(rowCount: Int) throws {
    let connection = try Connection.inMemory()
    var result = try connection.prepare("SELECT i FROM range(\(rowCount)) t(i)").stream()
    var next: Int64 = 0
    while let chunk = try result.nextChunk() {
      let count = chunk.rowCount
      #expect((1...DataChunk.maximumRowCount).contains(count))
      let slots = chunk.vector(at: 0).slots(as: Int64.self)
      for row in 0..<count {
        guard slots[row] == next else {
          Issue.record("row \(next) is \(slots[row])")
          return
        }
        next += 1
      }
    }
    #expect(next == rowCount)
    let isOver = try result.nextChunk() == nil
    #expect(isOver)
  }

  @Test func `A query's result is a stream of rows`() throws {
    let connection = try Connection.inMemory()
    // Nobody waits for its end.
    var result = try connection.prepare("SELECT i FROM range(1000000000000) t(i)").stream()
    let rowCount = try result.nextChunk()?.rowCount
    #expect(rowCount == 2048)
    #expect(result.kind == .rows)
    #expect(result.statementType == .select)
    #expect(result.columns == [Column("i", LogicalType(.bigint))])
  }

  @Test func `Statements without rows are complete at once`() throws {
    let connection = try Connection.inMemory()
    let created = try connection.prepare("CREATE TABLE t (i INTEGER)").stream()
    #expect(created.kind == .nothing)
    let inserted = try connection.prepare("INSERT INTO t FROM range(7)").stream()
    #expect(inserted.kind == .changedRows)
    #expect(inserted.rowsChanged == 7)
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["7"]])
  }

  @Test func `Rows before an error in the middle of a stream arrive`() throws {
    let connection = try Connection.inMemory(options: ["threads": "1"])
    let sql = "SELECT CASE WHEN i = 1000000 THEN error('late') ELSE i END FROM range(2000000) t(i)"
    var result = try connection.prepare(sql).stream()
    var rowCount = 0
    do throws(DuckDBError) {
      while let chunk = try result.nextChunk() {
        rowCount += chunk.rowCount
      }
      Issue.record("no error after \(rowCount) rows")
    } catch {
      #expect(error.code == .invalidInput)
      #expect(error.message.contains("late"))
    }
    #expect(rowCount > 0)
    let isOver = try result.nextChunk() == nil
    #expect(isOver)
    #expect(try connection.rows("SELECT 'well'") == [["well"]])
  }

  @Test func `A stream dropped before its end frees the connection at once`() throws {
    let connection = try Connection.inMemory()
    for _ in 0..<20 {
      var result = try connection.prepare("SELECT * FROM range(1000000000000) t(i)").stream()
      let rowCount = try result.nextChunk()?.rowCount
      #expect(rowCount == DataChunk.maximumRowCount)
      _ = consume result
      #expect(try connection.rows("SELECT 'next'") == [["next"]])
    }
  }

  @Test func `A second statement on a connection ends the first one's stream`() throws {
    let connection = try Connection.inMemory()
    var first = try connection.prepare("SELECT * FROM range(1000000000000) t(i)").stream()
    let rowCount = try first.nextChunk()?.rowCount
    #expect(rowCount == DataChunk.maximumRowCount)
    #expect(try connection.rows("SELECT 'second'") == [["second"]])
    let error = #expect(throws: DuckDBError.self) {
      while let chunk = try first.nextChunk() {
        _ = chunk.rowCount
      }
    }
    #expect(error?.code == .invalidInput)
  }

  @Test func `Streams on two connections go on side by side`() throws {
    let database = try Database()
    let oneConnection = try database.connect()
    let otherConnection = try database.connect()
    var first = try oneConnection.prepare("SELECT * FROM range(10000) t(i)").stream()
    var second = try otherConnection.prepare("SELECT * FROM range(10000) t(i)").stream()
    var total = 0
    while let chunk = try first.nextChunk(), let other = try second.nextChunk() {
      total += chunk.rowCount + other.rowCount
    }
    #expect(total == 20_000)
  }

  @Test func `A chunk outlives its stream and its connection`() throws {
    let chunk = try Connection.inMemory().firstChunk(
      "SELECT 'a text that is longer than twelve' || i FROM range(3) t(i)"
    )
    let text = chunk.text(column: 0, row: 2)
    #expect(text == "a text that is longer than twelve2")
  }
}
