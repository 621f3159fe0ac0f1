import CDuckDB
import Synchronization

/// A table function through which SQL statements read rows that are made in Swift.
///
/// It is registered once for a database: DuckDB has no functions of a connection's own. Its
/// argument is an unguessable name that a source only has while its statement runs.
package final class RowFunction: Sendable {
  package static let name = "lakehouse_rows"

  private let sources: SourceTable

  package init(on connection: borrowing Connection) throws(DuckDBError) {
    self.sources = SourceTable()
    var function = unsafe duckdb_create_table_function()
    defer { unsafe duckdb_destroy_table_function(&function) }
    let type = try LogicalTypeHandle(LogicalType(.varchar))
    unsafe duckdb_table_function_set_name(function, Self.name)
    unsafe duckdb_table_function_add_parameter(function, type.pointer)
    unsafe duckdb_table_function_set_extra_info(
      function,
      Unmanaged.passRetained(self.sources).toOpaque()
    ) { unsafe Unmanaged<SourceTable>.fromOpaque($0!).release() }
    unsafe duckdb_table_function_set_bind(function) { unsafe RowFunction.bind($0) }
    unsafe duckdb_table_function_set_init(function) {
      unsafe duckdb_init_set_max_threads($0, idx_t(RowFunction.source(of: $0).threadCount))
    }
    unsafe duckdb_table_function_set_local_init(function) {
      let reader = RowReader(unsafe RowFunction.source(of: $0))
      unsafe duckdb_init_set_init_data($0, Unmanaged.passRetained(reader).toOpaque()) {
        unsafe Unmanaged<RowReader>.fromOpaque($0!).release()
      }
    }
    unsafe duckdb_table_function_set_function(function) { unsafe RowFunction.fill($0, $1) }
    guard
      unsafe duckdb_register_table_function(connection.handle.pointer, function) == DuckDBSuccess
    else {
      throw DuckDBError(code: .catalog, message: "cannot register the function \(Self.name)")
    }
  }

  /// Lets statements that `body` runs read `source`.
  ///
  /// - Parameter body: Gets the call of the function to write into `FROM`. If it fails because
  ///   the source did, the source's own error is thrown.
  package func withSource<Value>(
    _ source: RowSource,
    _ body: (_ call: String) throws -> Value
  ) throws -> Value {
    let name = self.sources.insert(source)
    defer { self.sources.remove(name) }
    do {
      return try body("\(Self.name)(\(SQLText.literal(name)))")
    } catch {
      throw source.failure ?? error
    }
  }
}

/// The sources that may be read at present.
private final class SourceTable: Sendable {
  private let sources = Mutex<[String: RowSource]>([:])

  subscript(name: String) -> RowSource? { self.sources.withLock { $0[name] } }

  func insert(_ source: RowSource) -> String {
    let name = "\(UInt128.random(in: .min ... .max))"
    self.sources.withLock { $0[name] = source }
    return name
  }

  func remove(_ name: String) {
    self.sources.withLock { _ = $0.removeValue(forKey: name) }
  }
}

// MARK: - What DuckDB calls

extension RowFunction {
  @unsafe
  private static func bind(_ info: duckdb_bind_info?) {
    // Not nil: set when the function was registered.
    let table = unsafe Unmanaged<SourceTable>.fromOpaque(duckdb_bind_get_extra_info(info)!)
      .takeUnretainedValue()
    var argument = unsafe duckdb_bind_get_parameter(info, 0)
    defer { unsafe duckdb_destroy_value(&argument) }
    // DuckDB takes the text of NULL for an error of its own.
    let name = unsafe duckdb_is_null_value(argument) ? nil : duckdb_get_varchar(argument)
    defer { unsafe duckdb_free(name) }
    guard let source = unsafe name.flatMap({ unsafe table[String(cString: $0)] }) else {
      unsafe duckdb_bind_set_error(info, "\(Self.name) only serves statements of the server's own")
      return
    }
    for column in source.columns {
      do {
        let type = try LogicalTypeHandle(column.type)
        unsafe duckdb_bind_add_result_column(info, column.name, type.pointer)
      } catch {
        unsafe duckdb_bind_set_error(info, error.message)
        return
      }
    }
    unsafe duckdb_bind_set_bind_data(info, Unmanaged.passRetained(source).toOpaque()) {
      unsafe Unmanaged<RowSource>.fromOpaque($0!).release()
    }
  }

  @unsafe
  private static func source(of info: duckdb_init_info?) -> RowSource {
    // Not nil: ``bind(_:)`` has set it.
    unsafe Unmanaged<RowSource>.fromOpaque(duckdb_init_get_bind_data(info)!).takeUnretainedValue()
  }

  @unsafe
  private static func fill(_ info: duckdb_function_info?, _ chunk: duckdb_data_chunk?) {
    // Not nil: each thread begins with a reader, and DuckDB always has a chunk to fill.
    let reader = unsafe Unmanaged<RowReader>.fromOpaque(duckdb_function_get_local_init_data(info)!)
      .takeUnretainedValue()
    do {
      try reader.fill(unsafe WritableChunk(chunk!))
    } catch {
      unsafe duckdb_function_set_error(info, "\(error)")
    }
  }
}
