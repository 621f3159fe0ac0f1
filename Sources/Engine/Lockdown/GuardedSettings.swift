/// Which of DuckDB's settings remain on a locked-down server.
enum GuardedSettings {
  /// Settings of a session that change nothing for others, in lower case.
  static let ofSessions: Set<String> = [
    "calendar", "disable_timestamptz_casts", "ieee_floating_point_ops", "integer_division",
    "order_by_non_integer_literal", "pivot_filter_threshold", "pivot_limit",
    "preserve_identifier_case", "scalar_subquery_error_on_multiple_rows", "timezone",
  ]

  /// Where names are looked up; DuckDB lets these be set whatever is locked.
  static let searchPath: Set<String> = ["schema", "search_path"]

  /// What the server sets for itself later on.
  static let ofServer: Set<String> = ["enable_progress_bar", "enable_progress_bar_print"]

  /// Settings whose values clients may see beside those that they may change.
  static let readable: Set<String> = [
    "access_mode", "default_null_order", "default_order", "enable_external_access",
    "lock_configuration", "max_memory", "memory_limit", "null_order", "threads", "worker_threads",
  ]

  static func isSettable(_ name: String) -> Bool {
    Self.ofSessions.contains(name) || Self.searchPath.contains(name)
  }

  static func isReadable(_ name: String) -> Bool {
    Self.isSettable(name) || Self.readable.contains(name)
  }
}
