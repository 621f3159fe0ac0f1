internal import DuckDB
internal import NIOPosix

/// DuckDB's cache of files that were read, from object storage above all.
///
/// What it holds of them makes room for other things. But it remembers some 3 KB of each file,
/// whether that still exists or not, for as long as the database is open.
package struct FileCache: Sendable {
  /// How often it is looked at.
  private static let interval = Duration.seconds(600)
  /// A file has a few.
  private static let rangeLimit = 50_000

  private let database: Database

  init(of database: Database) {
    self.database = database
  }

  /// Empties the cache whenever it remembers too much, until the task is cancelled.
  package func maintain() async throws {
    while true {
      try await Task.sleep(for: Self.interval)
      try await NIOThreadPool.singleton.runIfActive {
        // It is looked at again.
        try? self.limit(to: Self.rangeLimit)
      }
    }
  }

  /// Empties the cache if it remembers more ranges of files.
  package func limit(to rangeCount: Int) throws {
    let connection = try self.database.connect()
    let ranges = try connection.texts("SELECT count(*)::VARCHAR FROM duckdb_external_file_cache()")
    guard let count = ranges.first?[0].flatMap({ Int($0) }), count > rangeCount else { return }
    // The only way to empty it; who reads meanwhile goes on.
    try connection.execute("SET GLOBAL enable_external_file_cache = false")
    try connection.execute("SET GLOBAL enable_external_file_cache = true")
  }
}

extension Engine {
  package var fileCache: FileCache { FileCache(of: self.resources.database) }
}
