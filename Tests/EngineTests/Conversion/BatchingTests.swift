import ArrowIPC
import DuckDB
import Engine
import Testing

struct BatchingTests {
  private static let everything = """
    SELECT i, i % 2 = 0 AS b, (i / 7)::DECIMAL(9, 3) AS d,
      CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('text ' || i, (i % 6)::INTEGER) END AS s,
      CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE range(i % 13) END AS l,
      ([[i, NULL, -i]::BIGINT[3], NULL])[1 + (i % 7 = 0)::INTEGER] AS a,
      CASE WHEN i % 4 = 0 THEN NULL ELSE {'x': i, 'y': [i::VARCHAR, NULL]} END AS st,
      MAP {i: NULL, i + 1: 'value ' || i} AS m,
      CASE WHEN i % 2 = 0 THEN union_value(n := i)::UNION(n BIGINT, s VARCHAR)
        ELSE union_value(s := 'u' || i)::UNION(n BIGINT, s VARCHAR) END AS u,
      md5(i::VARCHAR)::UUID AS id, NULL AS n, ['ok', NULL]::ENUM('sad', 'ok')[] AS e,
      to_days((i % 30)::INTEGER) AS iv, i::HUGEINT * i AS h, i::BIGNUM AS bn
    FROM range(9000) t(i)
    """

  @Test(arguments: [1, 600, 5000, 70_000, 1 << 20])
  func `However batches are cut, the rows are the same`(byteCount: Int) throws {
    let limits = BatchLimits(
      firstBatchByteCount: byteCount,
      targetByteCount: byteCount,
      maximumByteCount: byteCount
    )
    let cut = try ConvertedResult(Self.everything, limits: limits)
    let whole = try ConvertedResult(
      Self.everything,
      limits: BatchLimits(
        firstBatchByteCount: 1 << 30,
        targetByteCount: 1 << 30,
        maximumByteCount: 1 << 30
      )
    )
    #expect(whole.rowCounts == [9000])
    #expect(cut.rowCounts.reduce(0, +) == 9000)
    let found = try cut.columns()
    let expected = try whole.columns()
    for (index, field) in cut.schema.fields.enumerated() where found[index] != expected[index] {
      Issue.record("\(field.name) is cut badly")
    }
  }

  @Test func `Batches stay within their limits`() throws {
    let sql = "SELECT i, repeat('x', (hash(i) % 3000)::INTEGER) AS s FROM range(20000) t(i)"
    let result = try ConvertedResult(sql)
    let counts = result.byteCounts
    let limits = BatchLimits()
    #expect(counts.count > 10)
    #expect(counts[0] <= limits.firstBatchByteCount)
    #expect(counts.allSatisfy { $0 <= limits.maximumByteCount })
    let inner = counts.dropFirst().dropLast()
    #expect(inner.allSatisfy { $0 > limits.targetByteCount / 2 })
  }

  @Test func `Texts that outgrow an offset are split, tried on small limits`() throws {
    let limits = BatchLimits(
      firstBatchByteCount: 10_000,
      targetByteCount: 10_000,
      maximumByteCount: 10_000
    )
    let sql = "SELECT repeat('x', 999) FROM range(1000)"
    let result = try ConvertedResult(sql, limits: limits)
    #expect(result.rowCounts.allSatisfy { $0 <= 10 })
    #expect(result.rowCounts.reduce(0, +) == 1000)
    let column = try result.columns()[0]
    #expect(Set(column) == [.text(String(repeating: "x", count: 999))])
  }

  @Test func `No limit lets offsets or bits overflow`() {
    let limits = BatchLimits(
      firstBatchByteCount: .max,
      targetByteCount: .max,
      maximumByteCount: .max,
      maximumRowByteCount: .max
    )
    // As many bits as this many bytes hold still count below 2^31.
    let ceiling = Int(Int32.max) / 8
    #expect(limits.firstBatchByteCount <= ceiling)
    #expect(limits.targetByteCount <= ceiling)
    #expect(limits.maximumByteCount <= ceiling)
    #expect(limits.maximumRowByteCount <= ceiling)
  }

  @Test func `A row above the batch's limit travels alone`() throws {
    let sql = "SELECT repeat('x', CASE WHEN i = 5 THEN 5000000 ELSE 1 END) FROM range(10) t(i)"
    let result = try ConvertedResult(sql)
    #expect(result.rowCounts == [5, 1, 4])
  }

  @Test func `A row above the row's limit is an error that names it`() throws {
    let limits = BatchLimits(maximumRowByteCount: 4 << 20)
    let error = #expect(throws: ConversionError.self) {
      try ConvertedResult("SELECT repeat('x', \(4 << 20))", limits: limits)
    }
    #expect(error?.code == .rowTooLarge)
    #expect(error?.message.contains("the limit of \(4 << 20) bytes a row") == true)
  }

  @Test func `Tiny chunks travel together`() throws {
    let sql = "SELECT i FROM range(1000000) t(i) WHERE i % 1000 = 7"
    #expect(try ConvertedResult(sql).rowCounts == [1000])
  }

  @Test func `A thousand columns`() throws {
    let list = (0..<1000).map { "i + \($0) AS c\($0)" }.joined(separator: ", ")
    let columns = try ConvertedResult("SELECT \(list) FROM range(3000) t(i)").columns()
    #expect(columns.count == 1000)
    for (index, column) in columns.enumerated() where column[2999] != .int(Int128(2999 + index)) {
      Issue.record("column \(index) ends with \(column[2999])")
    }
  }

  @Test func `A result without rows has no batches`() throws {
    #expect(try ConvertedResult("SELECT 1 WHERE false").batches.isEmpty)
  }

  @Test func `Rows without a byte still end their batches`() throws {
    let result = try ConvertedResult("SELECT NULL FROM range(20000000)")
    #expect(result.rowCounts.reduce(0, +) == 20_000_000)
    #expect(result.rowCounts.count > 1)
  }

  @Test func `A batch that was handed over doesn't change any more`() throws {
    let connection = try Database(options: ["threads": "1"]).connect()
    let sql = "SELECT i, CASE WHEN i % 2 = 0 THEN NULL ELSE 'row ' || i END FROM range(400000) t(i)"
    var reader = try RecordBatchReader(
      try connection.prepare(sql).stream(),
      timeZone: "UTC"
    )
    // Fewer are kept at each time than there were before, so that buffers come back into use.
    var kept: [(firstRow: Int, batch: RecordBatch)] = []
    var firstRow = 0
    while let batch = try reader.nextBatch() {
      kept.append((firstRow, batch))
      firstRow += batch.rowCount
      if kept.count > 3 {
        let (row, oldest) = kept.removeFirst()
        try Self.check(oldest, reader.schema, firstRow: row)
      }
    }
    #expect(firstRow == 400_000)
    for (row, batch) in kept {
      try Self.check(batch, reader.schema, firstRow: row)
    }
  }

  @Test func `An error in the middle of a stream comes after the rows before it`() throws {
    let connection = try Database(options: ["threads": "1"]).connect()
    let sql = "SELECT CASE WHEN i = 900000 THEN error('late') ELSE i END FROM range(1000000) t(i)"
    var reader = try RecordBatchReader(try connection.prepare(sql).stream(), timeZone: "UTC")
    var rowCount = 0
    let error = #expect(throws: DuckDBError.self) {
      while let batch = try reader.nextBatch() {
        rowCount += batch.rowCount
      }
    }
    #expect(error?.code == .invalidInput)
    #expect(rowCount > 500_000)
  }

  private static func check(_ batch: RecordBatch, _ schema: Schema, firstRow: Int) throws {
    let columns = try ColumnReader.columns(of: batch, schema: schema)
    for index in [0, 1, batch.rowCount - 1] {
      let row = firstRow + index
      #expect(columns[0][index] == .int(Int128(row)))
      #expect(columns[1][index] == (row % 2 == 0 ? .null : .text("row \(row)")))
    }
  }
}
