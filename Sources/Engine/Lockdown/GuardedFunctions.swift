/// Which of DuckDB's functions a client may call on a locked-down server.
///
/// A table function that isn't named here is refused, whoever made it; a scalar or aggregate one
/// that isn't named here is allowed. `docs/decisions/0007-lockdown.md` says why, and a test fails
/// when DuckDB or an extension has functions that nobody has looked at.
enum GuardedFunctions {
  /// Table functions and table macros that read nothing but what clients have.
  static let allowedTableFunctions: Set<String> = [
    "duckdb_approx_database_count", "duckdb_columns", "duckdb_connection_count",
    "duckdb_constraints", "duckdb_coordinate_systems", "duckdb_dependencies", "duckdb_functions",
    "duckdb_indexes", "duckdb_keywords", "duckdb_memory", "duckdb_optimizers",
    "duckdb_prepared_statements", "duckdb_schemas", "duckdb_sequences", "duckdb_tables",
    "duckdb_types", "duckdb_variables", "duckdb_views",
    "ducklake_current_snapshot", "ducklake_last_committed_snapshot", "ducklake_set_commit_message",
    "ducklake_snapshots", "ducklake_table_changes", "ducklake_table_deletions",
    "ducklake_table_info", "ducklake_table_insertions",
    "current_snapshot", "last_committed_snapshot", "set_commit_message", "snapshots",
    "table_changes", "table_deletions", "table_info", "table_insertions",
    "generate_series", "icu_calendar_names", "json_each", "json_tree", "pg_timezone_names",
    "pragma_collations", "pragma_platform", "pragma_show",
    "pragma_table_info", "pragma_user_agent", "pragma_version",
    "range", "repeat", "repeat_row", "summary", "test_all_types", "test_vector_types",
    "tpch_answers", "tpch_queries", "tpcds_answers", "tpcds_queries", "unnest",
  ]

  /// Table functions of these names are refused, other things of the same names aren't: the
  /// aggregate `histogram`, the operator `GLOB`.
  static let refusedInFrom: Set<String> = ["histogram", "glob"]

  /// They make tables, in a catalog that may not be chosen by name: that could be computed.
  static let generators: Set<String> = ["dbgen", "dsdgen"]

  /// What acts on a whole lake or tells where its files are.
  static let adminFunctions: Set<String> = Self.maintenance.union([
    "checkpoint",
    // What it tells of each database, it tells of a lake's catalog too.
    "pragma_database_size",
    "ducklake_list_files", "ducklake_options", "ducklake_settings",
    "list_files", "options", "settings",
  ])

  /// What changes a lake or its files, some of it beside the statement's transaction.
  static let maintenance: Set<String> = [
    "ducklake_add_data_files", "ducklake_cleanup_old_files", "ducklake_delete_orphaned_files",
    "ducklake_expire_snapshots", "ducklake_flush_inlined_data", "ducklake_merge_adjacent_files",
    "ducklake_rewrite_data_files", "ducklake_set_option",
    "add_data_files", "cleanup_old_files", "delete_orphaned_files", "expire_snapshots",
    "flush_inlined_data", "merge_adjacent_files", "rewrite_data_files", "set_option",
  ]

  /// Those of them that put the path of a file into a lake's catalog.
  static let pathKeepers: Set<String> = ["ducklake_add_data_files", "add_data_files"]

  /// They are for `CALL`: a view or macro would run with the name of who made it.
  static let commitMessages: Set<String> = ["ducklake_set_commit_message", "set_commit_message"]

  /// Scalar functions, and table functions that are refused even where DuckDB doesn't list them.
  static let refused: Set<String> = [
    // SQL in a string, which no guard reads.
    "query", "query_table", "json_execute_serialized_sql", "json_serialize_plan",
    // The environment and the log.
    "getenv", "write_log",
    // Where a lake is the default catalog, DuckDB 1.5.5 ends with a fatal error.
    "txid_current",
  ]

  /// Functions that DuckDB's optimizer calls, and that trust what they are given.
  static let internalPrefix = "__internal_"

  static let settingReader = "current_setting"

  /// `PRAGMA` statements that only tell something.
  static let allowedPragmas: Set<String> = [
    "collations", "database_size", "functions", "platform", "show", "show_databases",
    "show_tables", "show_tables_expanded", "table_info", "tpcds", "tpch", "user_agent", "version",
  ]

  /// Those of them that are for the role `admin`.
  static let adminPragmas: Set<String> = ["database_size"]

  /// Views of DuckDB that call a refused function and show nothing of what it hides.
  static let harmlessViews: Set<String> = ["pg_database"]
}
