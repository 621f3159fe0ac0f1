import DuckDB
import Testing

struct ConnectionTests {
  @Test func `Execute runs every statement of a text`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t (s VARCHAR); INSERT INTO t VALUES ('a'), (NULL);")
    #expect(try connection.rows("SELECT s FROM t ORDER BY ALL") == [["a"], [nil]])
  }

  @Test func `Text without a statement can be executed`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("")
    try connection.execute(" ; -- nothing")
  }

  @Test func `Transactions begin and end again and again`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t (i INTEGER UNIQUE)")
    for number in 0..<3 {
      try connection.begin()
      try connection.execute("INSERT INTO t VALUES (\(number))")
      try connection.commit()
    }
    try connection.begin(isReadOnly: true)
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["3"]])
    let error = #expect(throws: DuckDBError.self) { try connection.execute("DELETE FROM t") }
    #expect(error?.message.contains("read-only mode") == true)
    try connection.execute("ROLLBACK")
    try connection.begin()
    try connection.execute("DELETE FROM t")
    try connection.commit()
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["0"]])
  }

  @Test func `A commit that fails says why and leaves no transaction`() throws {
    let database = try Database()
    let first = try database.connect()
    let second = try database.connect()
    try first.execute("CREATE TABLE t (i INTEGER PRIMARY KEY)")
    try first.begin()
    try second.begin()
    try first.execute("INSERT INTO t VALUES (1)")
    try second.execute("INSERT INTO t VALUES (1)")
    try first.commit()
    let error = #expect(throws: DuckDBError.self) { try second.commit() }
    #expect(error?.message.contains("onstraint") == true)
    try second.begin()
    try second.commit()
  }

  @Test func `A transaction is undone, also one that an error has aborted`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY)")
    for _ in 0..<3 {
      try connection.begin()
      try connection.execute("INSERT INTO t VALUES (1)")
      try connection.rollBack()
      try connection.begin()
      try connection.execute("INSERT INTO t VALUES (1)")
      #expect(throws: DuckDBError.self) { try connection.execute("INSERT INTO t VALUES (1)") }
      try connection.rollBack()
    }
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["0"]])
    #expect(throws: DuckDBError.self) { try connection.rollBack() }
  }

  @Test func `Unicode survives in text, names and values`() throws {
    let connection = try Connection.inMemory()
    let text = "naïve ☃ 日本語 👩‍👩‍👧 e\u{301} \u{202E}"
    let literal = SQLText.literal(text)
    let statement = try connection.prepare("SELECT \(literal) AS \(SQLText.identifier(text))")
    #expect(statement.columns == [Column(text, LogicalType(.varchar))])
    #expect(try statement.rows() == [[text]])
  }

  @Test func `A NUL in text is refused instead of ending it`() throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE t AS SELECT 1 AS i")
    let sql = "DELETE FROM t\0 WHERE false"
    #expect(throws: DuckDBError.self) { try connection.execute(sql) }
    #expect(throws: DuckDBError.self) { try connection.prepare(sql) }
    #expect(throws: DuckDBError.self) { _ = try connection.extract(sql).count }
    #expect(connection.failure(sql)?.code == .parser)
    #expect(try connection.rows("SELECT count(*)::VARCHAR FROM t") == [["1"]])
  }

  @Test func `A NUL in a value is a character like any other`() throws {
    let connection = try Connection.inMemory()
    #expect(try connection.rows("SELECT 'a' || chr(0) || 'b'") == [["a\0b"]])
    let statement = try connection.prepare("SELECT $1 || '', length($1)::VARCHAR")
    try statement.bind(.varchar("a long text\0with a NUL"), at: 1)
    #expect(try statement.rows() == [["a long text\0with a NUL", "22"]])
  }

  @Test func `Statements of a text are prepared one after the other`() throws {
    let connection = try Connection.inMemory()
    var statements = try connection.extract(
      "CREATE TABLE t AS SELECT 'x' AS s; /* between; */ INSERT INTO t VALUES (';'); FROM t;"
    )
    #expect(statements.count == 3)
    var types: [StatementType] = []
    var rows: [[String?]] = []
    while let statement = try statements.prepareNext() {
      types.append(statement.statementType)
      if statement.statementType == .select {
        rows = try statement.rows()
      } else {
        _ = try statement.stream().kind
      }
    }
    #expect(types == [.create, .insert, .select])
    #expect(rows == [["x"], [";"]])
    let isOver = try statements.prepareNext() == nil
    #expect(isOver)
  }

  @Test(arguments: ["", " \n", ";;", "-- nothing", "/* nothing */"])
  func `Text without a statement has none`(sql: String) throws {
    let connection = try Connection.inMemory()
    var statements = try connection.extract(sql)
    #expect(statements.count == 0)
    let isOver = try statements.prepareNext() == nil
    #expect(isOver)
  }

  @Test func `Text that can't be parsed has no statements at all`() throws {
    let connection = try Connection.inMemory()
    let error = #expect(throws: DuckDBError.self) {
      _ = try connection.extract("SELECT 1; SELEC 2").count
    }
    #expect(error?.code == .parser)
  }

  @Test func `A statement that can't be prepared is passed over`() throws {
    let connection = try Connection.inMemory()
    var statements = try connection.extract("SELECT * FROM missing; SELECT 'next'")
    let error = #expect(throws: DuckDBError.self) { _ = try statements.prepareNext() }
    #expect(error?.code == .catalog)
    #expect(try statements.prepareNext()?.rows() == [["next"]])
  }

  @Test func `Extracted statements may be dropped half way`() throws {
    let connection = try Connection.inMemory()
    var statements = try connection.extract("SELECT 'a'; SELECT 'b'; SELECT 'c'")
    let first = try statements.prepareNext()
    _ = consume statements
    #expect(try first?.rows() == [["a"]])
  }
}
