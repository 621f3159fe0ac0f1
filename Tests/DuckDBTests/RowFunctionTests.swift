import DuckDB
import Synchronization
import Testing

struct RowFunctionTests {
  private struct Failure: Error, Equatable {}

  /// Hands out `chunkCount` chunks of BIGINTs, each filled, and says when it is gone.
  private final class Counter: Sendable {
    let state = Mutex(0)
    let chunkCount: Int

    init(chunkCount: Int) {
      self.chunkCount = chunkCount
    }

    func fill(_ chunk: borrowing WritableChunk) throws -> Int {
      let first = self.state.withLock { next in
        defer { next += 1 }
        return next
      }
      guard first < self.chunkCount else { return 0 }
      let count = DataChunk.maximumRowCount
      let slots = unsafe chunk.vector(at: 0).data.assumingMemoryBound(to: Int64.self)
      for row in 0..<count { unsafe slots[row] = Int64(first * count + row) }
      return count
    }
  }

  private func source(_ counter: Counter) -> RowSource {
    RowSource(columns: [Column("i", LogicalType(.bigint))]) { try counter.fill($0) }
  }

  @Test func `a statement reads the rows until there are none`() throws {
    let connection = try Connection.inMemory()
    let function = try RowFunction(on: connection)
    let rows = try function.withSource(self.source(Counter(chunkCount: 5))) { call in
      try connection.rows("SELECT count(*)::VARCHAR, sum(i)::VARCHAR FROM \(call)")
    }
    let count = 5 * DataChunk.maximumRowCount
    #expect(rows == [["\(count)", "\(count * (count - 1) / 2)"]])
  }

  @Test(arguments: [true, false])
  func `several threads read a source if nothing depends on its order`(keepsOrder: Bool) throws {
    let connection = try Connection.inMemory()
    try connection.execute("SET threads = 4")
    try connection.execute("SET preserve_insertion_order = \(keepsOrder)")
    try connection.execute("CREATE TABLE t (i BIGINT)")
    let function = try RowFunction(on: connection)
    let counter = Counter(chunkCount: 100)
    let readerCount = Atomic(0)
    let source = RowSource(columns: [Column("i", LogicalType(.bigint))], threadCount: 4) {
      readerCount.add(1, ordering: .relaxed)
      return { try counter.fill($0) }
    }
    try function.withSource(source) { try connection.execute("INSERT INTO t FROM \($0)") }
    let count = 100 * DataChunk.maximumRowCount
    let sum = "SELECT count(*)::VARCHAR, sum(i)::VARCHAR FROM t"
    #expect(try connection.rows(sum) == [["\(count)", "\(count * (count - 1) / 2)"]])
    if keepsOrder {
      #expect(readerCount.load(ordering: .relaxed) == 1)
      #expect(try connection.rows("SELECT bool_and(i = rowid)::VARCHAR FROM t") == [["true"]])
    } else {
      #expect(readerCount.load(ordering: .relaxed) == 4)
    }
  }

  @Test func `a source that fails ends the statement with its own error`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t (i BIGINT)")
    let function = try RowFunction(on: connection)
    let counter = Counter(chunkCount: 100)
    let source = RowSource(columns: [Column("i", LogicalType(.bigint))]) { chunk in
      guard counter.state.withLock({ $0 }) < 3 else { throw Failure() }
      return try counter.fill(chunk)
    }
    #expect(throws: Failure()) {
      try function.withSource(source) { try connection.execute("INSERT INTO t FROM \($0)") }
    }
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["0"]])
  }

  @Test func `a source is let go when its statement has ended`() throws {
    let connection = try Connection.inMemory()
    let function = try RowFunction(on: connection)
    weak var counter: Counter?
    for sql in ["SELECT count(*)::VARCHAR FROM ", "SELECT nothing FROM "] {
      do {
        let made = Counter(chunkCount: 2)
        counter = made
        _ = try? function.withSource(self.source(made)) { try connection.rows(sql + $0) }
      }
      // DuckDB keeps a statement until the connection compiles the next.
      _ = try connection.rows("SELECT ''")
      #expect(counter == nil)
    }
  }

  @Test func `nobody reads a source by a name that isn't its own`() throws {
    let connection = try Connection.inMemory()
    let function = try RowFunction(on: connection)
    var name = ""
    try function.withSource(self.source(Counter(chunkCount: 1))) { name = $0 }
    for call in [name, "\(RowFunction.name)('')", "\(RowFunction.name)(NULL)"] {
      #expect(connection.failure("FROM \(call)")?.code == .binder, "\(call)")
    }
  }

  @Test func `lists grow as their elements come, and a chunk can be begun anew`() throws {
    let connection = try Connection.inMemory()
    let function = try RowFunction(on: connection)
    let isDone = Mutex(false)
    let list = LogicalType(.list(LogicalType(.list(LogicalType(.integer)))))
    let source = RowSource(columns: [Column("l", list)]) { chunk in
      guard !isDone.withLock({ $0 }) else { return 0 }
      for attempt in 0..<2 {
        let count = attempt == 0 ? 5000 : 3000
        let outer = chunk.vector(at: 0)
        try outer.setElementCount(count)
        let inner = outer.listChild
        try inner.setElementCount(count)
        let rows = unsafe outer.data.assumingMemoryBound(to: Vector.ListEntry.self)
        unsafe rows[0] = Vector.ListEntry(offset: 0, count: UInt64(count))
        let slots = unsafe inner.data.assumingMemoryBound(to: Vector.ListEntry.self)
        let values = unsafe inner.listChild.data.assumingMemoryBound(to: Int32.self)
        for element in 0..<count {
          unsafe slots[element] = Vector.ListEntry(offset: UInt64(element), count: 1)
          unsafe values[element] = Int32(element)
        }
        unsafe inner.listChild.validity[0] &= ~1
        if attempt == 0 { chunk.reset() }
      }
      isDone.withLock { $0 = true }
      return 1
    }
    let rows = try function.withSource(source) { call in
      try connection.rows(
        "SELECT len(l)::VARCHAR, list_sum(flatten(l))::VARCHAR, l[1]::VARCHAR FROM \(call)"
      )
    }
    #expect(rows == [["3000", "\(3000 * 2999 / 2)", "[NULL]"]])
  }
}
