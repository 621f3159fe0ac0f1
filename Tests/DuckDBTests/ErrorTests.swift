import DuckDB
import Testing

struct ErrorTests {
  struct Failure: CustomTestStringConvertible {
    var sql: String
    var code: DuckDBError.Code

    var testDescription: String { self.sql }

    init(_ sql: String, _ code: DuckDBError.Code) {
      self.sql = sql
      self.code = code
    }
  }

  /// The errors of `duckdb_prepare`, whose code is read off the text.
  private static let ofPreparing = [
    Failure("SELEC 1", .parser),
    Failure("SELECT 'open", .parser),
    Failure("", .invalidInput),
    Failure("-- nothing", .invalidInput),
    Failure("SELECT 1; SELECT 2", .invalidInput),
    Failure("SELECT * FROM missing", .catalog),
    Failure("SELECT missing FROM range(1)", .binder),
    Failure("SELECT no_such_function(1)", .catalog),
  ]

  /// The errors of execution, which have a code of their own in some functions only.
  private static let ofExecuting = [
    Failure("SELECT error('x') FROM range(1)", .invalidInput),
    Failure("SELECT ('x' || i)::INTEGER FROM range(1) t(i)", .conversion),
    Failure("SELECT (i + 127)::TINYINT + 1::TINYINT FROM range(2) t(i)", .conversion),
    Failure("SELECT (9223372036854775807 + i)::BIGINT FROM range(2) t(i)", .outOfRange),
    Failure("SELECT * FROM read_csv('/nonexistent/file.csv')", .io),
    Failure("INSERT INTO keyed VALUES (1), (1)", .constraint),
    Failure("INSERT INTO keyed VALUES (NULL)", .constraint),
    Failure("COMMIT", .transaction),
  ]

  @Test(arguments: ofPreparing + ofExecuting)
  func `Every failure has its code and DuckDB's text`(failure: Failure) throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE keyed (i INTEGER PRIMARY KEY)")
    let error = connection.failure(failure.sql)
    #expect(error?.code == failure.code, "\(error as Any)")
    #expect(error?.message.isEmpty == false)
    #expect(try connection.rows("SELECT 'well'") == [["well"]])
  }

  @Test(arguments: ofExecuting)
  func `Executing at once tells the same code as streaming`(failure: Failure) throws {
    let connection = try Connection.inMemory()
    try connection.execute("CREATE TABLE keyed (i INTEGER PRIMARY KEY)")
    let error = #expect(throws: DuckDBError.self) { try connection.execute(failure.sql) }
    #expect(error?.code == failure.code, "\(error as Any)")
  }

  @Test func `A parser error shows where`() throws {
    let connection = try Connection.inMemory()
    let failure = connection.failure("SELECT 1 FROM FROM t")
    let error = try #require(failure)
    #expect(error.message.hasPrefix("Parser Error: syntax error at or near \"FROM\""))
    #expect(error.message.contains("^"))
  }

  @Test func `Too little memory is an error of its own`() throws {
    let connection = try Connection.inMemory(options: [
      "memory_limit": "16MiB", "max_temp_directory_size": "0B", "threads": "1",
    ])
    let error = connection.failure("SELECT list(i) FROM range(100000000) t(i)")
    #expect(error?.code == .outOfMemory)
  }

  @Test func `A conflict between transactions is an error of transactions`() throws {
    let database = try Database()
    let first = try database.connect()
    let second = try database.connect()
    try first.execute("CREATE TABLE t AS SELECT 1 AS i")
    try first.execute("BEGIN; UPDATE t SET i = 2")
    try second.execute("BEGIN")
    #expect(second.failure("UPDATE t SET i = 3")?.code == .transaction)
    #expect(second.failure("SELECT i::VARCHAR FROM t")?.code == .transaction)
    try second.execute("ROLLBACK")
    try first.execute("COMMIT")
    #expect(try second.rows("SELECT i::VARCHAR FROM t") == [["2"]])
  }
}
