internal import ArrowIPC
internal import DuckDB

/// The types that the catalog names in text, as DuckDB reads them.
struct ColumnTypes {
  /// How many types are read by one statement.
  private static let typesPerStatement = 256

  private var types: [String: (kind: LogicalType.Kind, arrow: DataType)] = [:]

  /// A type that can't be read or that Arrow can't carry is shown as text: what such a column can
  /// be fetched as, once it is cast.
  subscript(name: String) -> (kind: LogicalType.Kind, arrow: DataType) {
    self.types[name] ?? (.unknown, .utf8)
  }

  /// Reads types by compiling statements; nothing runs.
  init(
    _ names: [String],
    timeZone: String,
    on connection: borrowing Connection,
    cancellation: Cancellation
  ) throws {
    var rest = names[...]
    while !rest.isEmpty {
      try self.read(
        rest.prefix(Self.typesPerStatement),
        timeZone: timeZone,
        on: connection,
        cancellation: cancellation
      )
      rest = rest.dropFirst(Self.typesPerStatement)
    }
  }

  private mutating func read(
    _ names: ArraySlice<String>,
    timeZone: String,
    on connection: borrowing Connection,
    cancellation: Cancellation
  ) throws {
    guard !cancellation.isCancelled else { throw EngineError.cancelled }
    // The names come from DuckDB, which has quoted what is in them.
    let values = names.map { "NULL::\($0)" }.joined(separator: ", ")
    guard let columns = try? connection.prepare("SELECT \(values)").columns,
      columns.count == names.count
    else {
      // One of them can't be read: look for it in each half.
      guard names.count > 1 else { return }
      for half in [names.prefix(names.count / 2), names.dropFirst(names.count / 2)] {
        try self.read(half, timeZone: timeZone, on: connection, cancellation: cancellation)
      }
      return
    }
    for (name, column) in zip(names, columns) {
      let schema = try? Schema(columns: [column], timeZone: timeZone)
      self.types[name] = (column.type.kind, schema?.fields.first?.type ?? .utf8)
    }
  }
}
