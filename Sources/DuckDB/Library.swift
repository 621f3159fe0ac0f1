import CDuckDB

/// DuckDB's library as this process has loaded it.
package enum Library {
  /// The version, such as `v1.5.5`.
  package static var version: String {
    unsafe String(cString: duckdb_library_version())
  }

  /// The file it was loaded from; `nil` where the system can't tell.
  package static var path: String? {
    unsafe duckdb_library_path().map { unsafe String(cString: $0) }
  }
}
