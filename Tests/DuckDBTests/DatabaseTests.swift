import DuckDB
import Testing

struct DatabaseTests {
  @Test func `The library is of the pinned version`() {
    #expect(Library.version == "v1.5.5")
  }

  @Test func `Connections share one database in memory`() throws {
    let database = try Database()
    let first = try database.connect()
    let second = try database.connect()
    try first.execute("CREATE TABLE t AS SELECT 'shared' AS s")
    #expect(try second.rows("SELECT s FROM t") == [["shared"]])
  }

  @Test func `Databases in memory know nothing of each other`() throws {
    let first = try Connection.inMemory()
    let second = try Connection.inMemory()
    try first.execute("CREATE TABLE t (i INTEGER)")
    #expect(second.failure("SELECT * FROM t")?.code == .catalog)
  }

  @Test func `A file keeps its rows from one opening to the next`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/naïve ☃.db"
    do {
      let connection = try Database(path: path).connect()
      try connection.execute("CREATE TABLE t AS SELECT 'kept' AS s")
    }
    let connection = try Database(path: path).connect()
    #expect(try connection.rows("SELECT s FROM t") == [["kept"]])
  }

  @Test func `A connection keeps its database open`() throws {
    var database: Database? = try Database()
    let connection = try #require(database).connect()
    database = nil
    #expect(try connection.rows("SELECT 'open'") == [["open"]])
  }

  @Test func `A statement keeps its connection open`() throws {
    let statement = try Self.statement("SELECT 'open'")
    #expect(try statement.rows() == [["open"]])
  }

  @Test func `Options are in force from the start`() throws {
    let connection = try Connection.inMemory(options: ["threads": "1", "memory_limit": "64MiB"])
    let settings = "current_setting('threads')::VARCHAR, current_setting('memory_limit')"
    #expect(try connection.rows("SELECT \(settings)") == [["1", "64.0 MiB"]])
  }

  @Test func `A read-only file takes no writes`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/read-only.db"
    try Self.create(path)
    let connection = try Database(path: path, options: ["access_mode": "READ_ONLY"]).connect()
    #expect(connection.failure("CREATE TABLE t (i INTEGER)")?.code == .invalidInput)
  }

  @Test(arguments: [("no_such_setting", "1"), ("threads", "many"), ("memory_limit", "a lot")])
  func `A setting that DuckDB doesn't know or take is refused`(name: String, value: String) {
    let error = #expect(throws: DuckDBError.self) { try Database(options: [name: value]) }
    #expect(error?.message.isEmpty == false)
  }

  @Test func `A path that can't be opened is an error`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DuckDBError.self) {
      try Database(path: "\(folder.path)/missing/file.db")
    }
    #expect(error?.code == .io)
  }

  @Test func `A file that isn't a database is an error`() throws {
    let error = #expect(throws: DuckDBError.self) { try Database(path: #filePath) }
    #expect(error?.code == .io)
    #expect(error?.message.contains("not a valid DuckDB database file") == true)
  }

  private static func statement(_ sql: String) throws -> PreparedStatement {
    try Connection.inMemory().prepare(sql)
  }

  private static func create(_ path: String) throws {
    let database = try Database(path: path)
    try database.connect().execute("SELECT 1")
  }
}
