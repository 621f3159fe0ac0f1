internal import DuckDB

/// What a transaction changes in the lake, as far as it matters when it is committed.
struct LakeChanges {
  /// How often transactions that did more than to add rows had been committed when this one began
  /// (``Lake/commitCount``).
  private(set) var start = 0
  private(set) var isEmpty = true
  /// Whether it does more than to add rows.
  private(set) var isMoreThanInsertions = false
  /// Whether it may create, change or drop tables, views or whatever else has a definition.
  private(set) var mayDefine = false
  /// The tables that it adds rows to, without their schemas, as far as the statements' texts tell.
  private(set) var insertedTables: Set<String> = []
  /// Whether it has ingested rows, which can be added anew if others have removed some meanwhile.
  private(set) var hasIngested = false
  /// What it removes rows from, or puts other files in the place of.
  private(set) var removals = RemovalTargets()
  /// Whether rows that others have added to those tables don't matter.
  private(set) var ignoresInsertions = false
  /// The tables whose rows or files it changes, as far as the statements' texts tell.
  var tables: Set<String> { self.insertedTables.union(self.removals.tables) }
  /// Whether it changes a table's definition, perhaps its name.
  private var hasAltered = false

  /// Those of a transaction in which nothing has run yet.
  init(since start: Int) {
    self.start = start
  }

  /// What a statement is about to change.
  ///
  /// - Parameter removals: What it may remove rows from.
  init(by type: StatementType, _ sql: String, removing removals: RemovalTargets) {
    self.isEmpty = !type.mayChangeLake && removals.isEmpty
    self.isMoreThanInsertions = !self.isEmpty && type != .insert
    self.mayDefine =
      !self.isEmpty && ![.insert, .update, .delete, .mergeInto].contains(type)
    self.removals = removals
    self.hasAltered = type == .alter
    if type == .insert, let table = ChangedTableReader.insertedTable(in: sql) {
      self.insertedTables = [table]
    }
  }

  /// What an ingestion is about to change.
  init(ingestingInto target: IngestionTarget, removing removals: RemovalTargets) {
    self.isEmpty = false
    self.isMoreThanInsertions = target.ifExisting == .replace
    self.mayDefine = self.isMoreThanInsertions || target.ifMissing == .create
    self.insertedTables = [target.table.asciiLowercased]
    self.hasIngested = true
    self.removals = removals
  }

  /// What puts files in the place of others, with the same rows.
  init(replacingFilesOf targets: RemovalTargets) {
    self.isEmpty = false
    self.removals = targets
    self.ignoresInsertions = true
  }

  /// Adds what another statement of the transaction changes.
  mutating func formUnion(_ others: LakeChanges) {
    self.isEmpty = self.isEmpty && others.isEmpty
    self.isMoreThanInsertions = self.isMoreThanInsertions || others.isMoreThanInsertions
    self.mayDefine = self.mayDefine || others.mayDefine
    self.insertedTables.formUnion(others.insertedTables)
    self.hasIngested = self.hasIngested || others.hasIngested
    self.removals.formUnion(others.removals)
    self.hasAltered = self.hasAltered || others.hasAltered
    // The lake knows a table that was renamed in here by its old name.
    if self.hasAltered, !self.removals.isEmpty { self.removals.formUnion(.any) }
  }
}
