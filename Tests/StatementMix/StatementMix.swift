package import DuckDB

/// Statements that reach every handle of the boundary, each ending in another way.
package enum StatementMix {
  package static func run(_ number: Int, on connection: borrowing Connection) throws {
    switch number % 6 {
    case 0: try Self.readToTheEnd(connection)
    case 1: try Self.dropEarly(connection)
    case 2: try Self.bind(connection, number)
    case 3: try Self.fail(connection)
    case 4: try Self.extract(connection)
    default: try connection.execute("UPDATE t SET i = i + 1 WHERE i = \(number)")
    }
  }

  private static func readToTheEnd(_ connection: borrowing Connection) throws {
    var result = try connection.prepare("SELECT * FROM t WHERE i < 3000").stream()
    while let chunk = try result.nextChunk() {
      _ = chunk.text(column: 1, row: 0)
    }
  }

  private static func dropEarly(_ connection: borrowing Connection) throws {
    let statement = try connection.prepare("SELECT a.i, b.s FROM t a, t b")
    var result = try statement.stream()
    _ = try result.nextChunk()?.rowCount
    do throws(DuckDBError) {
      _ = try statement.stream(isCancelled: { true }).kind
    } catch {
      return
    }
  }

  private static func bind(_ connection: borrowing Connection, _ number: Int) throws {
    let type = LogicalType(.struct([Column("a", LogicalType(.enum(["x", "y"])))]))
    let statement = try connection.prepare("SELECT $text, $list, $map, $bits, $empty")
    for (index, parameter) in statement.parameters.enumerated() {
      let value: Value =
        switch parameter.name {
        case "text": .varchar("a text of number \(number), longer than twelve")
        case "list": .list([.varchar("a"), .null, .varchar("b")], of: LogicalType(.varchar))
        case "map":
          .map(
            [Value.Entry(key: .integer(1), value: .varchar("one"))],
            key: LogicalType(.integer),
            value: LogicalType(.varchar)
          )
        case "bits": .bit([true, false])
        default: .list([], of: type)
        }
      try statement.bind(value, at: index + 1)
    }
    var result = try statement.stream()
    _ = result.columns
    _ = try result.nextChunk()?.rowCount
  }

  private static func fail(_ connection: borrowing Connection) throws {
    for sql in ["SELEC", "SELECT * FROM missing", "SELECT error('x')", "SELECT 'x'::INTEGER", ""] {
      do throws(DuckDBError) {
        _ = try connection.prepare(sql).stream().kind
      } catch {
        continue
      }
    }
    let statement = try connection.prepare("SELECT $1")
    do throws(DuckDBError) {
      try statement.bind(.list([.null], of: LogicalType(.other(id: 999))), at: 1)
    } catch {
      return
    }
  }

  private static func extract(_ connection: borrowing Connection) throws {
    var statements = try connection.extract("SELECT 1; SELECT 2; SELECT 3")
    while let statement = try statements.prepareNext(), statement.statementType != .select {}
  }
}
