internal import DuckDB
internal import Foundation

/// Where the data is and how much the engine may use.
package struct EngineConfiguration: Sendable {
  /// A database file, or `:memory:`.
  package var databasePath = ":memory:"
  package var isReadOnly = false
  package var lake = LakeConfiguration()
  /// DuckDB settings to start with, by name.
  package var settings: [String: String] = [:]
  /// Runs once, in this order, before the first session.
  package var initialSQL: [InitialSQL] = []
  /// Whether clients are kept from the server's files, network, extensions and settings; `nil` does
  /// so if the initial SQL has attached a lake.
  package var isLockedDown: Bool?

  /// Threads that run statements: the limit on statements at work.
  package var workerCount = 8
  /// Statements that may wait for a worker before new ones are refused.
  package var statementQueueLimit = 1_000
  /// How long a statement may wait for a worker; `nil` for as long as it takes.
  package var statementQueueWait: Duration? = .seconds(300)
  /// Statements of one principal that wait, are computed or are being read; `nil` for no limit.
  package var statementsPerPrincipal: Int? = 500
  /// Rows of one result; `nil` for no limit.
  package var resultRowLimit: Int?
  /// Bytes of one result, as Arrow; `nil` for no limit.
  package var resultByteLimit: Int?
  /// Memory for DuckDB's buffers; `nil` for its default, four fifths of the machine's.
  package var memoryByteLimit: Int?
  /// Threads that DuckDB computes with; `nil` for its default, one for each processor.
  package var threadCount: Int?
  /// Disk space for what DuckDB spills; `nil` for its default, nine tenths of what is free.
  package var spillByteLimit: Int?
  /// The longest SQL text, in bytes.
  package var statementByteLimit = 16 << 20
  /// How much of an ingestion may wait to be inserted; its client is held back beyond that.
  package var ingestionReadAheadByteCount = 4 << 20
  /// The same of all ingestions; one that would go beyond that is refused.
  package var ingestionByteLimit = 1 << 30
  package var sessionLimit = 10_000
  /// Sessions of one principal; `nil` for no limit.
  package var sessionsPerPrincipal: Int? = 1_000
  /// DuckDB connections one session may use at a time; further statements share them.
  package var connectionsPerSession = 16
  package var preparedStatementsPerSession = 1_000
  /// Rows of values that are kept for a prepared query, which is executed once for each.
  package var boundRowLimit = 100_000
  /// Bytes of those rows, as they came.
  package var boundByteLimit = 16 << 20
  /// Bytes of the rows of all statements that are in memory.
  package var allBoundByteLimit = 1 << 30
  /// Bytes bound to one update: beyond a share of memory they wait in a file.
  package var updateBoundByteLimit = 8 << 30
  /// Bytes that the values of one row may take while it is executed, roughly.
  package var parameterRowByteLimit = 256 << 20
  /// Results that were announced and not fetched yet; the oldest is dropped for a new one.
  package var unfetchedResultLimit = 10_000
  package var unfetchedResultLifetime = Duration.seconds(600)
  /// Statements that are polled for, with those whose results are kept.
  package var polledStatementLimit = 256
  /// Those of one principal; `nil` for no limit but that of all.
  package var polledStatementsPerPrincipal: Int? = 64
  /// The largest result that is kept until its client reads it, in memory and in its file: because it
  /// polls, because the statement had to run at once, or because the next one needs the connection.
  package var keptResultByteLimit = 8 << 30
  /// How long DuckDB may work for one statement, where the session doesn't say.
  package var statementTimeout: Duration?
  package var sessionIdleLifetime = Duration.seconds(3_600)
  /// How long a transaction may stay open without a statement; then it is rolled back.
  package var transactionIdleLifetime = Duration.seconds(600)
  /// How long a transaction may stay open, used or not; `nil` for as long as it likes.
  package var transactionLifetime: Duration? = .seconds(86_400)

  package var batchLimits = BatchLimits(maximumRowByteCount: 255 << 20)
  /// How much of a result that was set aside stays in memory; the rest goes to a temporary file.
  package var spoolMemoryByteCount = 8 << 20
  /// The same of all results together.
  package var allSpoolMemoryByteCount = 512 << 20
  /// The folder for results set aside and, in a folder of its own there, for what DuckDB spills.
  package var temporaryDirectory = NSTemporaryDirectory()
  /// The folder of DuckDB's extensions, which are loaded from there and never downloaded.
  package var extensionDirectory = EngineConfiguration.bundledExtensionDirectory

  package init() {}
}

extension EngineConfiguration {
  /// The longest statement timeout: ten years, which is as good as none.
  private static let maximumTimeoutSeconds = 10.0 * 365 * 86_400

  /// A timeout from outside; `nil` if it can't be one.
  package static func timeout(seconds: Double) -> Duration? {
    (0...Self.maximumTimeoutSeconds).contains(seconds) ? .seconds(seconds) : nil
  }
}

extension EngineConfiguration {
  /// Beside DuckDB's library: `extensions` next to the `lib` it lies in.
  ///
  /// Found once: the loader looks through all of the library's symbols to tell where it is from.
  private static let bundledExtensionDirectory: String? = {
    guard let library = Library.path else { return nil }
    let folder = URL(filePath: library).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "extensions")
    return FileManager.default.fileExists(atPath: folder.path) ? folder.path : nil
  }()

  /// A folder that isn't there, and that nobody can make: `/dev/null` is a file.
  private static let impossibleDirectory = "/dev/null/secrets"

  /// Ingestions at work: the other workers are left to those whose clients don't keep them waiting.
  var ingestionLimit: Int { max(1, self.workerCount / 2) }

  /// Whether there is a folder for temporary files that can be written to.
  package var hasTemporaryDirectory: Bool {
    // A file has no such entry.
    FileManager.default.isWritableFile(atPath: self.temporaryDirectory + "/.")
  }

  /// Whether DuckDB itself refuses to write: a database in memory can't be empty for ever.
  var opensReadOnly: Bool { self.isReadOnly && self.databasePath != ":memory:" }

  /// What is served, in words.
  package var servedText: String {
    self.lake.dataPath.map { "lake \($0)" } ?? "database \(self.databasePath)"
  }

  /// The settings that DuckDB is opened with.
  func startOptions(spillingTo folder: SpillFolder) -> [String: String] {
    var options = ["autoinstall_known_extensions": "false", "temp_directory": folder.path]
    // Or else what DuckDB's allocator keeps after work stays until there is work again.
    options["allocator_background_threads"] = "true"
    // It remembers each file that was ever read; those of a folder the system keeps in memory anyway.
    if self.lake.isLocal { options["enable_external_file_cache"] = "false" }
    // Those that the server's user keeps for DuckDB elsewhere aren't for its clients, nor may one come
    // before the lake's own. Without `allow_persistent_secrets` there would be no storage of the name
    // that DuckDB's extension for PostgreSQL asks for, and it would attach nothing.
    if self.isLockedDown ?? (self.lake.dataPath != nil) {
      options["secret_directory"] = Self.impossibleDirectory
    }
    options["extension_directory"] = self.extensionDirectory
    if self.opensReadOnly { options["access_mode"] = "READ_ONLY" }
    options["memory_limit"] = self.memoryByteLimit.map { "\($0)B" }
    options["threads"] = self.threadCount.map { "\($0)" }
    return options.merging(self.settings) { _, chosen in chosen }
  }
}
