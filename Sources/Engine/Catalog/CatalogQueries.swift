internal import DuckDB

// Functions are called by their full names, since a session may define macros of the same names;
// and the order is spelt out, since a session may set another default.

extension CatalogStatement {
  init(_ query: CatalogQuery) {
    switch query {
    case .catalogs: self = .catalogs
    case .schemas(let catalog, let schemaPattern):
      self = .schemas(catalog: catalog, schemaPattern: schemaPattern.map(SearchPattern.init))
    case .tables(let filter): self = .tables(filter)
    case .tableTypes: self = .tableTypes
    case .primaryKeys(let table): self = .primaryKeys(table)
    case .exportedKeys(let table): self = .references(primary: table, foreign: nil)
    case .importedKeys(let table): self = .references(primary: nil, foreign: table)
    case .crossReference(let primary, let foreign):
      self = .references(primary: primary, foreign: foreign)
    }
  }

  /// The databases that hold what users made.
  ///
  /// That leaves out `system`, with nothing but DuckDB's own views, and `temp` while it is empty,
  /// which it mostly is, and also where DuckLake keeps what it knows of its tables.
  private static let catalogs = CatalogStatement(
    sql: """
      SELECT database_name FROM system.main.duckdb_databases()
      WHERE database_name <> 'system' AND \(Self.isShown)
      ORDER BY database_name ASC
      """
  )

  /// A part of `WHERE` that leaves out what lakes keep of themselves.
  private static let isNotHidden =
    "NOT system.main.starts_with(database_name, '__ducklake_metadata_')"

  private static let isShown = """
    \(Self.isNotHidden)
    AND (
      database_name <> 'temp'
      OR EXISTS (FROM system.main.duckdb_columns() AS c WHERE c.database_name = 'temp')
      OR EXISTS (FROM system.main.duckdb_views() AS v WHERE v.database_name = 'temp')
    )
    """

  /// A part of `WHERE` for `$1`, the catalog, `$2`, the schema pattern, and `$3`, whether that names
  /// a schema rather than many: only then, or when their catalog is named, are the views of
  /// `information_schema` and `pg_catalog` listed, else they would stand before a user's tables.
  private static let matchesSchema = """
    ($1 IS NULL OR database_name = $1)
    AND ($2 IS NULL OR schema_name LIKE $2 ESCAPE '\\')
    AND (
      database_name <> 'system'
      OR coalesce($1 = 'system', false)
      OR ($3 AND schema_name IN ('information_schema', 'pg_catalog'))
    )
    """

  private static func schemaValues(_ catalog: String?, _ pattern: SearchPattern?) -> [Value] {
    [
      Value(catalog), Value(pattern?.text),
      .boolean(pattern.map { !$0.matchesAnyLength } ?? false),
    ]
  }

  private static func schemas(
    catalog: String?,
    schemaPattern: SearchPattern?
  ) -> CatalogStatement {
    CatalogStatement(
      sql: """
        SELECT database_name, schema_name FROM system.main.duckdb_schemas()
        WHERE \(Self.isShown) AND \(Self.matchesSchema)
        ORDER BY database_name ASC, schema_name ASC
        """,
      values: Self.schemaValues(catalog, schemaPattern)
    )
  }
}

// MARK: - Tables

extension CatalogStatement {
  /// The words of the SQL standard's `information_schema`.
  private static let tableTypes = CatalogStatement(
    sql: """
      SELECT table_type
      FROM (VALUES ('BASE TABLE'), ('LOCAL TEMPORARY'), ('VIEW')) AS types(table_type)
      ORDER BY table_type ASC
      """
  )

  /// The names of all tables.
  ///
  /// `duckdb_tables()` would also look up each table's size, for which a lake asks its catalog twice a
  /// table.
  static let tableNames = """
    SELECT DISTINCT c.database_name, c.schema_name, c.table_name
    FROM system.main.duckdb_columns() AS c
    ANTI JOIN system.main.duckdb_views() AS v
      ON v.database_name = c.database_name AND v.schema_name = c.schema_name
      AND v.view_name = c.table_name
    """

  private static let found = """
    SELECT * FROM (
      SELECT
        database_name, schema_name, table_name,
        CASE database_name WHEN 'temp' THEN 'LOCAL TEMPORARY' ELSE 'BASE TABLE' END AS table_type
      FROM (\(Self.tableNames))
      UNION ALL
      SELECT database_name, schema_name, view_name, 'VIEW' FROM system.main.duckdb_views()
    )
    WHERE \(Self.isNotHidden) AND \(Self.matchesSchema)
      AND ($4 IS NULL OR table_name LIKE $4 ESCAPE '\\')
      AND ($5 IS NULL OR system.main.list_contains($5, table_type))
    """

  private static func values(_ filter: TableFilter) -> [Value] {
    let text = LogicalType(.varchar)
    // JDBC and ODBC programs ask for 'TABLE', whatever GetTableTypes says.
    let types = filter.types.map { $0 == "TABLE" ? "BASE TABLE" : $0 }
    return Self.schemaValues(filter.catalog, filter.schemaPattern.map(SearchPattern.init)) + [
      Value(filter.tablePattern.map { SearchPattern($0).text }),
      types.isEmpty ? .null : .list(types.map { .varchar($0) }, of: text),
    ]
  }

  private static func tables(_ filter: TableFilter) -> CatalogStatement {
    CatalogStatement(
      sql: """
        \(Self.found)
        ORDER BY database_name ASC, schema_name ASC, table_name ASC, table_type ASC
        """,
      values: Self.values(filter)
    )
  }

  /// The types of all columns of these tables, each once.
  static func columnTypes(_ filter: TableFilter) -> CatalogStatement {
    CatalogStatement(
      sql: """
        WITH found AS (\(Self.found))
        SELECT DISTINCT data_type
        FROM found JOIN system.main.duckdb_columns() USING (database_name, schema_name, table_name)
        """,
      values: Self.values(filter)
    )
  }

  /// The tables with one row for each column, all as text; one row without a column for a table
  /// that has none.
  static func tableColumns(_ filter: TableFilter) -> CatalogStatement {
    CatalogStatement(
      sql: """
        WITH found AS (\(Self.found))
        SELECT
          database_name, schema_name, table_name, table_type,
          column_name, data_type, columns.comment,
          is_nullable::VARCHAR,
          (table_type = 'VIEW' OR readonly)::VARCHAR,
          system.main.starts_with(coalesce(column_default, ''), 'nextval(')::VARCHAR
        FROM found
        LEFT JOIN system.main.duckdb_databases() AS databases USING (database_name)
        LEFT JOIN system.main.duckdb_columns() AS columns
          USING (database_name, schema_name, table_name)
        ORDER BY
          database_name ASC, schema_name ASC, table_name ASC, table_type ASC, column_index ASC
        """,
      values: Self.values(filter)
    )
  }
}

// MARK: - Keys

extension CatalogStatement {
  private static func values(_ table: TableName) -> [Value] {
    [Value(table.catalog), Value(table.schema), .varchar(table.table)]
  }

  /// A part of `WHERE` for three parameters: catalog, schema and table.
  private static func matchesTable(_ alias: String, firstParameter first: Int) -> String {
    """
    ($\(first) IS NULL OR \(alias).database_name = $\(first))
    AND ($\(first + 1) IS NULL OR \(alias).schema_name = $\(first + 1))
    AND \(alias).table_name = $\(first + 2)
    """
  }

  private static func primaryKeys(_ table: TableName) -> CatalogStatement {
    CatalogStatement(
      sql: """
        SELECT
          database_name, schema_name, table_name,
          unnest(constraint_column_names) AS column_name,
          system.main.generate_subscripts(constraint_column_names, 1)::INTEGER AS key_sequence,
          constraint_name
        FROM system.main.duckdb_constraints() AS keys
        WHERE constraint_type = 'PRIMARY KEY' AND \(Self.isNotHidden)
          AND \(Self.matchesTable("keys", firstParameter: 1))
        ORDER BY
          database_name ASC, schema_name ASC, table_name ASC, constraint_name ASC, key_sequence ASC
        """,
      values: Self.values(table)
    )
  }

  /// Foreign keys with the keys they refer to.
  ///
  /// DuckDB keeps the referenced names as they were written, in any case, and no schema: a foreign
  /// key can't leave its own. Of several keys on the referenced columns the primary key is meant.
  private static func references(primary: TableName?, foreign: TableName?) -> CatalogStatement {
    var conditions = ["true"]
    var values: [Value] = []
    for (table, alias) in [(primary, "pk"), (foreign, "fk")] {
      guard let table else { continue }
      conditions.append(Self.matchesTable(alias, firstParameter: values.count + 1))
      values += Self.values(table)
    }
    // Exported keys are ordered by who refers, all others by what is referred to.
    let order = foreign == nil ? ["fk", "pk"] : ["pk", "fk"]
    return CatalogStatement(
      sql: """
        WITH constraints AS (
          SELECT
            database_name, schema_name, table_name, constraint_index, constraint_type,
            constraint_name, constraint_column_names AS names, referenced_table,
            referenced_column_names AS referenced_names,
            system.main.list_transform(
              names, lambda name: system.main.lower(name)
            ) AS folded_names,
            system.main.list_transform(
              referenced_names, lambda name: system.main.lower(name)
            ) AS folded_referenced_names
          FROM system.main.duckdb_constraints()
          WHERE \(Self.isNotHidden)
        ),
        pairs AS (
          SELECT
            pk.database_name AS pk_database, pk.schema_name AS pk_schema, pk.table_name AS pk_table,
            system.main.list_transform(
              fk.folded_referenced_names,
              lambda name: pk.names[system.main.list_position(pk.folded_names, name)]
            ) AS pk_names,
            fk.database_name AS fk_database, fk.schema_name AS fk_schema, fk.table_name AS fk_table,
            fk.names AS fk_names, fk.constraint_name AS fk_key, pk.constraint_name AS pk_key
          FROM constraints AS fk
          JOIN constraints AS pk
            ON pk.database_name = fk.database_name
            AND pk.schema_name = fk.schema_name
            AND system.main.lower(pk.table_name) = system.main.lower(fk.referenced_table)
            AND system.main.list_sort(pk.folded_names)
              = system.main.list_sort(fk.folded_referenced_names)
          WHERE fk.constraint_type = 'FOREIGN KEY'
            AND pk.constraint_type IN ('PRIMARY KEY', 'UNIQUE')
            AND \(conditions.joined(separator: " AND "))
          QUALIFY row_number() OVER (
            PARTITION BY fk.database_name, fk.schema_name, fk.table_name, fk.constraint_index
            ORDER BY
              pk.table_name = fk.referenced_table DESC, pk.constraint_type ASC,
              pk.constraint_index ASC
          ) = 1
        )
        SELECT
          pk_database, pk_schema, pk_table, unnest(pk_names) AS pk_column,
          fk_database, fk_schema, fk_table, unnest(fk_names) AS fk_column,
          system.main.generate_subscripts(fk_names, 1)::INTEGER AS key_sequence,
          fk_key, pk_key,
          \(Self.noAction)::UTINYINT AS update_rule, \(Self.noAction)::UTINYINT AS delete_rule
        FROM pairs
        ORDER BY
          \(order[0])_database ASC, \(order[0])_schema ASC, \(order[0])_table ASC,
          \(order[0])_key ASC, key_sequence ASC,
          \(order[1])_database ASC, \(order[1])_schema ASC, \(order[1])_table ASC,
          \(order[1])_key ASC
        """,
      values: values
    )
  }

  /// The only rule DuckDB has, as the specification numbers it.
  private static let noAction = 3
}

extension Value {
  fileprivate init(_ text: String?) {
    self = text.map { .varchar($0) } ?? .null
  }
}
