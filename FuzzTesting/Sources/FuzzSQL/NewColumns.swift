import DuckDB
import FuzzDriver

@testable import Engine

/// The types of columns that statements define.
enum NewColumns {
  /// Where DuckDB's plan says what it does.
  private static let planLineCount = 3

  static func check(
    _ sql: String,
    _ types: [StatementType?],
    on connection: borrowing Connection
  ) {
    guard let tokens = try? SQLTokens(sql), tokens.statements.count == 1, types.count == 1,
      let first = tokens.statements[0].first, let last = tokens.statements[0].last
    else { return }
    let bytes = tokens.bytes[first.range.lowerBound..<last.range.upperBound]
    let text = String(decoding: bytes, as: UTF8.self)
    switch types[0] {
    case .create:
      guard let operation = Self.operation(of: text, on: connection) else { return }
      if operation.contains("CREATE_TABLE_AS") {
        Self.checkQuery(TableQuery(tokens, tokens.statements[0]), text, on: connection)
      } else if operation.contains("CREATE_TABLE") {
        Self.checkTypes(after: text, on: connection)
      }
    case .alter:
      Self.checkTypes(after: text, on: connection)
    default:
      return
    }
  }

  /// The first lines of the plan.
  private static func operation(of text: String, on connection: borrowing Connection) -> String? {
    guard let plan = try? connection.texts("EXPLAIN \(text)").first?[1] else { return nil }
    return plan.split(separator: "\n").prefix(Self.planLineCount).joined()
  }

  /// The query of which a table is made is found, and can be compiled by itself.
  private static func checkQuery(
    _ query: TableQuery?,
    _ text: String,
    on connection: borrowing Connection
  ) {
    guard let query else { fatalError("no query is found in: \(text)") }
    do throws(DuckDBError) {
      _ = try connection.prepare(query.withoutRows)
    } catch {
      fatalError("\(error.message) of: \(text)")
    }
  }

  /// No column has a type that is refused.
  private static func checkTypes(after text: String, on connection: borrowing Connection) {
    guard (try? connection.begin()) != nil else { fatalError("a transaction is open: \(text)") }
    defer { try? connection.rollBack() }
    guard (try? connection.execute(text)) != nil else { return }
    let tables = """
      SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE NOT internal
      """
    for table in (try? connection.texts(tables)) ?? [] {
      let name = SQLText.identifier(table.compactMap { $0 })
      let columns = (try? connection.prepare("FROM \(name)").columns) ?? []
      require(!columns.contains { Self.isRefused($0.type) }, "TIME_NS is let through: \(text)")
    }
  }

  private static func isRefused(_ type: LogicalType) -> Bool {
    switch type.kind {
    case .timeNS: true
    case .list(let element), .array(let element, _): Self.isRefused(element)
    case .map(let key, let value): Self.isRefused(key) || Self.isRefused(value)
    case .struct(let members), .union(let members): members.contains { Self.isRefused($0.type) }
    default: false
    }
  }
}
