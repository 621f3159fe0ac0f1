internal import DuckDB
internal import Foundation
internal import Synchronization

/// A DuckLake, attached to the database under its alias.
final class Lake: Sendable {
  private static let firstDelay = 0.2
  private static let longestDelay = 5.0
  /// How often DuckLake tries a commit again that others' commits were in the way of.
  private static let commitAttemptLimit = 100

  let alias: String
  /// The folder or URL of its Parquet files, absolute, with `/` at the end.
  let dataPath: String
  /// Texts that DuckDB's messages may contain and clients have no business with.
  let privateTexts: [String]
  private let storage: StorageConfiguration
  /// The local folders with its data, and what clients are told instead of them.
  let localFolders: [String: String]
  /// The folder with its data, if that is local.
  private let folder: LakeFolder?
  /// Attaches it by the folder's other name.
  private let hiddenAttachment: String
  /// The schema of its catalog's tables, where they are in PostgreSQL.
  let postgresSchema: String?
  /// Its catalog's file, where several processes may have that open: SQLite's.
  let sharedCatalogPath: String?
  /// That of the transactions here that have changed the lake, when they are committed.
  let commitTurn = Turn()
  private let commits = Atomic(0)
  let tableTurns = TableTurns()
  /// That of whoever changes definitions or is the first to read them.
  let definitionTurn = Turn()
  /// Whether the definitions of the last commit have been read.
  let hasReadDefinitions = Atomic(false)
  /// Whether a transaction can only be committed if no other was since it first read the catalog.
  var hasOneWriter: Bool { self.sharedCatalogPath != nil }
  /// How often transactions of this server have been committed that did more than to add rows.
  var commitCount: Int { self.commits.load(ordering: .acquiring) }
  /// Kept as long as the catalog's connections may read it.
  private let passwordFile: PasswordFile?

  /// The statement that makes the lake a connection's default catalog.
  var useStatement: String { "USE \(SQLText.identifier(self.alias))" }

  /// The statement that lets go of the lake; a catalog in a file is brought up to date.
  var detachStatement: String { "DETACH \(SQLText.identifier(self.alias))" }

  /// The statement that brings a catalog in a file of DuckDB's up to date.
  var checkpointStatement: String? {
    self.postgresSchema == nil && self.sharedCatalogPath == nil
      ? "CHECKPOINT \(SQLText.identifier(self.catalogName))" : nil
  }

  /// The statement that names the author of the open transaction's snapshot, and no message.
  func sign(as author: String) -> String {
    let arguments = [self.alias, author].map(SQLText.literal).joined(separator: ", ")
    return "CALL ducklake_set_commit_message(\(arguments), NULL)"
  }

  /// Attaches the lake; a new one is made where there is none.
  ///
  /// Blocks until its catalog can be reached, as long as the configuration allows.
  init(
    _ configuration: LakeConfiguration,
    dataPath: String,
    isReadOnly: Bool,
    temporaryDirectory: String,
    on connection: borrowing Connection
  ) throws {
    let isRemote = dataPath.contains("://")
    self.alias = configuration.alias
    self.dataPath = isRemote ? dataPath : URL(filePath: dataPath).path + "/"
    self.storage = configuration.storage
    self.passwordFile = try configuration.postgres.password.map {
      try PasswordFile($0, of: configuration.postgres, folder: temporaryDirectory)
    }
    let location = CatalogLocation(
      configuration,
      dataPath: self.dataPath,
      passwordFile: self.passwordFile
    )
    self.postgresSchema =
      configuration.postgres.host.map { _ in configuration.postgres.schema ?? "public" }
    self.sharedCatalogPath = if case .sqlite(let path) = location { path } else { nil }
    self.privateTexts = [location.privateText]
    let localPaths = [isRemote ? nil : self.dataPath, location.path].compactMap { $0 }
    if configuration.mustExist { try Self.requirePresence(of: localPaths) }
    if !isRemote { try Self.makeFolder(self.dataPath) }
    self.folder = isRemote ? nil : try LakeFolder(self.dataPath)
    let hiddenPath = self.folder?.path ?? self.dataPath
    self.hiddenAttachment =
      Self.attachStatement(configuration, location, hiddenPath, isReadOnly, isMoved: true)
    if let path = location.path {
      try Self.makeFolder(URL(filePath: path).deletingLastPathComponent().path)
    }
    for name in ["ducklake", location.requiredExtension].compactMap({ $0 }) {
      try connection.execute("LOAD \(name)")
    }
    try connection.execute(
      "SET GLOBAL ducklake_default_data_inlining_row_limit = \(configuration.inlinedRowLimit)"
    )
    // DuckLake takes what it knows of a column before its type was changed for what there is now.
    try connection.execute("SET GLOBAL disabled_optimizers = 'statistics_propagation'")
    // Commits of this server take turns: one that finds others' is in nobody's way when it tries again,
    // and only other servers can keep it from being committed then.
    try connection.execute("SET GLOBAL ducklake_retry_wait_ms = 0")
    try connection.execute("SET GLOBAL ducklake_max_retry_count = \(Self.commitAttemptLimit)")
    // Encryption is OpenSSL's, which comes with this extension.
    if configuration.isEncrypted { try connection.execute("LOAD httpfs") }
    if case .postgres(let postgres, _) = location {
      try connection.execute("SET GLOBAL pg_pool_max_connections = \(postgres.connectionLimit)")
    }
    for statement in configuration.storage.statements(for: self.dataPath) {
      try connection.execute(statement)
    }
    try Self.attach(
      Self.attachStatement(configuration, location, self.dataPath, isReadOnly),
      waiting: configuration.catalogWait,
      on: connection
    )
    // An older lake may know its folder by another path.
    let known = try connection.texts(
      "SELECT data_path FROM ducklake_settings(\(SQLText.literal(self.alias)))"
    )
    let folders = ([self.dataPath, hiddenPath] + known.compactMap { $0[0] })
      .filter { $0.hasPrefix("/") }
    let names = folders.flatMap { folder in
      [(folder, configuration.alias + ":"), (String(folder.dropLast()), configuration.alias + ":")]
    }
    self.localFolders = Dictionary(names) { first, _ in first }
    try connection.execute(self.useStatement)
  }

  /// How many names in a folder are looked at.
  private static let nameLimit = 10_000

  /// Whether nothing has ever been made in it.
  func isNew(on connection: borrowing Connection) throws -> Bool {
    try connection.texts(self.currentSnapshotQuery).first?.first == "0"
  }

  /// Whether it knows nothing yet, though Parquet files are in its folder: those of another catalog.
  func isNewAmongFiles(on connection: borrowing Connection) throws -> Bool {
    // An enumerator finds nothing behind a link.
    let folder = URL(filePath: self.dataPath).resolvingSymlinksInPath().path
    guard self.folder != nil, try self.isNew(on: connection),
      let names = FileManager.default.enumerator(atPath: folder)
    else { return false }
    return names.prefix(Self.nameLimit).contains { ($0 as? String)?.hasSuffix(".parquet") ?? false }
  }

  /// Gives a local folder a name that tells nothing of where it is: clients see the paths of files, in
  /// the column `filename` and in plans.
  ///
  /// - Returns: Whether it is hidden now. It isn't where the catalog knows files by whole paths, which
  /// would be taken for files that the lake doesn't know, nor where no other path may be opened.
  func hideFolder(on database: Database) throws -> Bool {
    // Not a session's: what is somebody's default catalog can't be detached.
    let connection = try database.connect()
    guard self.folder != nil,
      try connection.texts(Self.accessQuery).first?.first == "true",
      try connection.texts(self.wholePathQuery).isEmpty
    else { return false }
    try connection.execute(self.detachStatement)
    try connection.execute(self.hiddenAttachment)
    return true
  }

  /// Whether the folder with its data, if that is local, has been moved or removed since.
  var isFolderGone: Bool { self.folder?.isGone ?? false }

  private static let accessQuery = "SELECT current_setting('enable_external_access')::VARCHAR"

  /// A row if the catalog knows anything by a whole path.
  private var wholePathQuery: String {
    let names = [self.catalogName, self.postgresSchema].compactMap { $0.map(SQLText.identifier) }
    let tables = ["schema", "table", "data_file", "delete_file"].map { table in
      "SELECT path_is_relative FROM \((names + ["ducklake_\(table)"]).joined(separator: "."))"
    }
    return """
      SELECT 'yes' FROM (\(tables.joined(separator: " UNION ALL ")))
      WHERE NOT path_is_relative LIMIT 1
      """
  }

  /// Counts a commit of what did more than to add rows.
  func countCommit() {
    self.commits.add(1, ordering: .acquiringAndReleasing)
  }

  /// Lets connections to the catalog's server that are made from now on have another password.
  func replacePassword(_ password: String) throws {
    try self.passwordFile?.replace(password)
  }

  /// The statement that lets transactions that begin from now on have another token for storage.
  func storageTokenStatement(_ token: String) -> String {
    var storage = self.storage
    storage.azureAccessToken = token
    return storage.azureSecret(for: self.dataPath)
  }

  /// DuckDB makes the file of a catalog before DuckLake finds nothing in it.
  private static func requirePresence(of paths: [String]) throws(LakeError) {
    for path in paths where !FileManager.default.fileExists(atPath: path) {
      throw LakeError(description: "there is no lake: '\(path)' does not exist")
    }
  }

  private static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw LakeError(description: "cannot make the folder '\(path)' for the lake")
    }
  }

  private static func attachStatement(
    _ configuration: LakeConfiguration,
    _ location: CatalogLocation,
    _ dataPath: String,
    _ isReadOnly: Bool,
    isMoved: Bool = false
  ) -> String {
    // DuckLake heeds the setting of that name, but makes tables for rows in its catalog by the option
    // alone, and asks those that exist whenever their tables are read.
    var options = [
      "DATA_PATH \(SQLText.literal(dataPath))",
      "DATA_INLINING_ROW_LIMIT \(configuration.inlinedRowLimit)",
    ]
    if isMoved { options.append("OVERRIDE_DATA_PATH") }
    if let schema = configuration.postgres.schema {
      options.append("METADATA_SCHEMA \(SQLText.literal(schema))")
    }
    if configuration.isEncrypted { options.append("ENCRYPTED") }
    // Else whoever reads keeps others from committing.
    if case .sqlite = location, !isReadOnly { options.append("META_JOURNAL_MODE 'WAL'") }
    if isReadOnly { options.append("READ_ONLY") }
    if configuration.mustExist { options.append("CREATE_IF_NOT_EXISTS false") }
    return """
      ATTACH \(SQLText.literal("ducklake:" + location.text)) \
      AS \(SQLText.identifier(configuration.alias)) (\(options.joined(separator: ", ")))
      """
  }

  /// Runs `ATTACH`, again and again while the catalog's server isn't up.
  private static func attach(
    _ statement: String,
    waiting limit: Duration,
    on connection: borrowing Connection
  ) throws {
    let deadline = ContinuousClock.now + limit
    var delay = Self.firstDelay
    while true {
      do throws(DuckDBError) {
        return try connection.execute(statement)
      } catch {
        guard Self.isPassing(error), .now + .seconds(delay) < deadline else {
          throw LakeError(description: "cannot attach the lake: \(Self.explained(error.message))")
        }
        Thread.sleep(forTimeInterval: delay)
        delay = min(delay * 2, Self.longestDelay)
      }
    }
  }

  /// DuckLake's hint for a lake that has been moved is an option of its own, which the server hasn't.
  private static func explained(_ message: String) -> String {
    message.replacing(
      "You can override the DATA_PATH by setting OVERRIDE_DATA_PATH to True.",
      with: "A lake stays at the path it was made at, unless it is moved as docs/lake.md says."
    )
  }

  /// Whether a failure to attach may end by itself: PostgreSQL doesn't answer, or says that it will.
  private static func isPassing(_ error: DuckDBError) -> Bool {
    let message = error.message
    guard message.contains("Unable to connect to Postgres") else { return false }
    // "FATAL" is an answer: a wrong password, no such database.
    guard message.contains("FATAL:") else { return true }
    return [
      "starting up", "not yet accepting", "shutting down", "too many", "remaining connection slots",
    ]
    .contains { message.contains($0) }
  }
}
