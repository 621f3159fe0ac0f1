/// The words that DuckDB's SQL knows, in order.
package struct SQLVocabulary: Hashable, Sendable {
  package var keywords: [String]
  package var numericFunctions: [String]
  package var stringFunctions: [String]
  package var systemFunctions: [String]
  package var datetimeFunctions: [String]

  package init(
    keywords: [String] = [],
    numericFunctions: [String] = [],
    stringFunctions: [String] = [],
    systemFunctions: [String] = [],
    datetimeFunctions: [String] = []
  ) {
    self.keywords = keywords
    self.numericFunctions = numericFunctions
    self.stringFunctions = stringFunctions
    self.systemFunctions = systemFunctions
    self.datetimeFunctions = datetimeFunctions
  }
}

// DuckDB gives few of its functions a category; so the families are told by types where it
// doesn't.
extension SQLVocabulary {
  static let keywordsQuery = """
    SELECT DISTINCT keyword_name FROM system.main.duckdb_keywords() ORDER BY keyword_name ASC
    """

  /// Functions of numbers alone that return numbers.
  static let numericFunctionsQuery = """
    SELECT function_name FROM (\(Self.scalarFunctions))
    WHERE function_name NOT LIKE 'current%' AND function_name <> 'divide'
    GROUP BY function_name
    HAVING bool_and(
      return_type IN \(Self.numericTypes)
      AND coalesce(
        list_bool_and(list_transform(parameter_types, lambda type: type IN \(Self.numericTypes))),
        function_name IN ('pi', 'random')
      )
    )
    ORDER BY function_name ASC
    """

  static let stringFunctionsQuery = """
    SELECT DISTINCT function_name FROM (\(Self.scalarFunctions))
    WHERE list_has_any(categories, ['string', 'regex', 'text_similarity'])
    ORDER BY function_name ASC
    """

  /// Functions that take or return dates or times, but for operators and those that take anything.
  static let datetimeFunctionsQuery = """
    SELECT DISTINCT function_name FROM (\(Self.scalarFunctions))
    WHERE list_has_any(list_append(parameter_types, return_type), \(Self.datetimeTypes))
      AND function_name NOT IN (
        'add', 'subtract', 'multiply', 'divide', 'range', 'generate_series', 'equi_width_bins',
        'isfinite', 'isinf', 'timetz_byte_comparable'
      )
    ORDER BY function_name ASC
    """

  /// Nothing but their names tells these: what the session and the server are.
  static let systemFunctionsQuery = """
    SELECT DISTINCT function_name FROM system.main.duckdb_functions()
    WHERE internal AND function_type IN ('scalar', 'macro') AND function_name IN (
      'current_catalog', 'current_connection_id', 'current_database', 'current_query',
      'current_query_id', 'current_role', 'current_schema', 'current_schemas', 'current_setting',
      'current_transaction_id', 'current_user', 'getvariable', 'ifnull', 'nullif', 'pg_typeof',
      'session_user', 'txid_current', 'typeof', 'user', 'uuid', 'version'
    )
    ORDER BY function_name ASC
    """

  private static let scalarFunctions = """
    FROM system.main.duckdb_functions()
    WHERE internal AND function_type = 'scalar' AND schema_name = 'main'
      AND regexp_full_match(function_name, '[a-z][a-z0-9_]*')
    """

  private static let numericTypes = """
    (
      'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER',
      'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'BIGNUM'
    )
    """

  private static let datetimeTypes = """
    [
      'DATE', 'TIME', 'TIME_NS', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS',
      'TIMESTAMP WITH TIME ZONE', 'TIME WITH TIME ZONE', 'INTERVAL'
    ]
    """
}
