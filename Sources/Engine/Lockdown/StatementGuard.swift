internal import Auth

/// Decides which SQL a client may run on a locked-down server.
///
/// DuckDB's own settings close files, network and extensions; this closes what they leave open. It
/// reads tokens, before DuckDB compiles anything: compiling alone may open a file or a connection.
struct StatementGuard: Sendable {
  /// What a lake keeps of itself is in a catalog of this name and the lake's.
  static let hiddenCatalogPrefix = "__ducklake_metadata_"

  /// Other catalogs that hold what lakes keep of themselves, in lower case.
  var hiddenCatalogs: Set<String> = []
  /// Functions that exist and may not be called, in lower case.
  var refusedFunctions: Set<String> = GuardedFunctions.refused
  /// Views that may not be read since their definitions do what statements may not, in lower case.
  var refusedViews: Set<String> = []
  /// Types that no column may become of, in lower case.
  var refusedColumnTypes: Set<String> = []
  /// Where the server keeps its files.
  var paths = GuardedPaths([])

  /// - Parameter role: That of the client's principal.
  func check(_ sql: String, role: Role) throws(LockdownError) {
    let tokens = try SQLTokens(sql)
    for statement in tokens.statements {
      try StatementKindRules(tokens: tokens, statement: statement, role: role, rules: self).check()
      try self.checkNames(tokens, statement, role: role)
      try self.checkColumnTypes(tokens, statement)
    }
  }

  /// Checks the definition of a view or macro: all but what kind of statement it is.
  func checkDefinition(_ sql: String) throws(LockdownError) {
    let tokens = try SQLTokens(sql)
    for statement in tokens.statements {
      try self.checkNames(tokens, statement, role: .admin)
    }
  }

  /// Checks a catalog that is named outside SQL.
  func check(catalog: String) throws(LockdownError) {
    let name = catalog.asciiLowercased
    guard !self.hides(name), !self.hiddenCatalogs.contains(name) else {
      throw .hiddenCatalog(catalog)
    }
  }

  /// Checks a setting that is set outside SQL.
  func check(setting: String) throws(LockdownError) {
    guard GuardedSettings.isSettable(setting.asciiLowercased) else { throw .setting(setting) }
  }

  /// Checks the value of a setting that is set outside SQL.
  func check(optionValue value: String) throws(LockdownError) {
    guard !self.mentionsHiddenCatalog(value) else { throw .hiddenCatalog(value) }
  }

  func isReadable(setting: String) -> Bool {
    GuardedSettings.isReadable(setting.asciiLowercased)
  }

  /// Whether a name is that of a hidden catalog and of nothing else.
  func hides(_ name: String) -> Bool {
    // Bytes, not characters: a combining accent may follow the prefix.
    name.utf8.starts(with: Self.hiddenCatalogPrefix.utf8)
  }

  /// Whether a text, such as a search path, speaks of a hidden catalog.
  func mentionsHiddenCatalog(_ text: String) -> Bool {
    let text = text.asciiLowercased
    return text.contains(Self.hiddenCatalogPrefix)
      || self.hiddenCatalogs.contains { text.contains($0) }
  }
}

extension String {
  /// In lower case as DuckDB compares names: ASCII letters only.
  var asciiLowercased: String {
    String(
      decoding: self.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 },
      as: UTF8.self
    )
  }
}
