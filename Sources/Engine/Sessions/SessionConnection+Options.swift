internal import Auth
internal import DuckDB

extension SessionConnection {
  /// The options that aren't settings of DuckDB by that name, in the order in which they are set.
  private static let catalogOptions = ["catalog", "schema"]

  /// Those whose values may be names that an open transaction has made.
  private static let searchPathOptions = catalogOptions + ["search_path"]

  /// Parts of the names of settings whose values are nobody's business.
  private static let secretNameParts = [
    "password", "secret_access_key", "client_secret", "account_key", "token", "connection_string",
  ]

  func set(
    _ options: [String: SessionOption?],
    cancellation: Cancellation
  ) throws -> [String: SessionOptionError] {
    try self.begin(cancellation) { connection in
      var errors: [String: SessionOptionError] = [:]
      let catalogOptions = Self.catalogOptions.filter { options.keys.contains($0) }
      let settings = options.keys.filter { !Self.catalogOptions.contains($0) }.sorted()
      for name in catalogOptions + settings {
        do {
          try self.requireAllowed(name, options[name] ?? nil)
          let text = try self.statement(setting: name, to: options[name] ?? nil, on: connection)
          if self.isInTransaction, !Self.searchPathOptions.contains(name.lowercased()) {
            // An error would end the transaction.
            try self.resources.database.connect().execute(text)
          }
          try connection.execute(text)
          try self.record(.changesSettings(text), on: connection)
          // Some settings are everybody's.
          self.resources.definitions.noteChange()
        } catch let error as SessionOptionError {
          errors[name] = error
        } catch is LockdownError {
          errors[name] = .error
        } catch let error as DuckDBError where error.code != .interrupted {
          errors[name] = error.sessionOptionError
        }
      }
      return errors
    }
  }

  /// Lets through what a client may set on a locked-down server.
  private func requireAllowed(_ name: String, _ option: SessionOption?) throws {
    guard let statementGuard = self.resources.statementGuard else { return }
    if !Self.catalogOptions.contains(name) { try statementGuard.check(setting: name) }
    if case .text(let value) = option { try statementGuard.check(optionValue: value) }
    if case .texts(let values) = option {
      for value in values { try statementGuard.check(optionValue: value) }
    }
  }

  /// The SQL that sets an option.
  private func statement(
    setting name: String,
    to option: SessionOption?,
    on connection: borrowing Connection
  ) throws -> String {
    if Self.catalogOptions.contains(name) {
      guard let option else { return self.resources.lake?.useStatement ?? "RESET schema" }
      guard case .text(let value) = option, !value.isEmpty else {
        throw SessionOptionError.invalidValue
      }
      return try name == "catalog"
        ? self.use(catalog: value, on: connection)
        : "USE " + SQLText.identifier([self.currentCatalog(on: connection), value])
    }
    let known = try connection.texts(
      """
      SELECT name FROM system.main.duckdb_settings()
      WHERE system.main.lower(name) = system.main.lower(?)
      """,
      binding: [.varchar(name)]
    )
    guard let setting = known.first?.first ?? nil else { throw SessionOptionError.invalidName }
    guard self.state.role != .reader || ReadingRole.maySet(setting) else {
      throw SessionOptionError.error
    }
    let identifier = SQLText.identifier(setting)
    guard let option else { return "RESET \(identifier)" }
    return "SET \(identifier) = \(option.literal)"
  }

  /// `USE` of a catalog's default schema.
  private func use(catalog: String, on connection: borrowing Connection) throws -> String {
    // A single name means a schema of the present catalog first, where there is one.
    let isSchema = try !connection.texts(
      """
      SELECT schema_name FROM system.main.duckdb_schemas()
      WHERE database_name = system.main.current_catalog()
        AND system.main.lower(schema_name) = system.main.lower(?)
      """,
      binding: [.varchar(catalog)]
    ).isEmpty
    return "USE " + SQLText.identifier(isSchema ? [catalog, "main"] : [catalog])
  }

  private func currentCatalog(on connection: borrowing Connection) throws -> String {
    try connection.texts("SELECT system.main.current_catalog()").first?.first.flatMap { $0 } ?? ""
  }

  func options(cancellation: Cancellation) throws -> [String: SessionOption] {
    try self.begin(cancellation) { connection in
      var options: [String: SessionOption] = [:]
      let settings = try connection.texts(
        "SELECT name, value, input_type FROM system.main.duckdb_settings()"
      )
      for row in settings {
        guard let name = row[0], let value = row[1],
          !Self.secretNameParts.contains(where: { name.contains($0) }),
          self.resources.statementGuard?.isReadable(setting: name) ?? true
        else { continue }
        options[name] = SessionOption(text: value, type: row[2] ?? "")
      }
      let elements = try connection.texts(
        """
        SELECT name, unnest(value::VARCHAR[]) FROM system.main.duckdb_settings()
        WHERE input_type = 'VARCHAR[]'
        """
      )
      for (name, rows) in Dictionary(grouping: elements, by: { $0[0] ?? "" })
      where self.resources.statementGuard?.isReadable(setting: name) ?? true {
        options[name] = .texts(rows.compactMap { $0[1] })
      }
      let current = try connection.texts(
        "SELECT system.main.current_catalog(), system.main.current_schema()"
      )
      for (name, value) in zip(Self.catalogOptions, current.first ?? []) {
        options[name] = value.map { .text($0) }
      }
      return options
    }
  }
}

extension SessionOption {
  /// - Parameters:
  ///   - text: A setting's value as DuckDB shows it.
  ///   - type: The setting's DuckDB type.
  fileprivate init(text: String, type: String) {
    switch type {
    case "BOOLEAN":
      self = Bool(text).map { .boolean($0) } ?? .text(text)
    case "VARCHAR[]":
      self = .texts([])
    case "FLOAT", "DOUBLE":
      self = Double(text).map { .number($0) } ?? .text(text)
    default:
      self =
        type.hasSuffix("INT") || type == "INTEGER"
        ? Int64(text).map { .integer($0) } ?? .text(text) : .text(text)
    }
  }

  fileprivate var literal: String {
    switch self {
    case .text(let value): SQLText.literal(value)
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): SQLText.literal("\(value)")
    case .texts(let values): "[" + values.map(SQLText.literal).joined(separator: ", ") + "]"
    }
  }
}

extension DuckDBError {
  fileprivate var sessionOptionError: SessionOptionError {
    switch self.code {
    case .catalog, .conversion, .parser, .syntax, .binder, .outOfRange, .notImplemented:
      .invalidValue
    case .invalidInput: self.message.contains("Cannot change") ? .error : .invalidValue
    default: .error
    }
  }
}
