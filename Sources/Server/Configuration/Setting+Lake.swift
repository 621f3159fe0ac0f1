internal import Engine

extension Setting {
  /// The lake, and where its catalog is.
  static let lake: [Setting] = [
    Setting(
      "ducklake-data-path",
      \.engine.lake.dataPath,
      .dataPath,
      "Serve a DuckLake whose files are in this folder, or under this URL (az://, abfss://, s3://)."
    ),
    Setting(
      "ducklake-catalog",
      \.engine.lake.catalogPath,
      .catalogFile,
      "The lake's catalog: a DuckDB file (default: beside the data), or sqlite:FILE."
    ),
    Setting("ducklake-alias", \.engine.lake.alias, .name, "What the lake is called in SQL."),
    Setting(
      "ducklake-encrypted",
      \.engine.lake.isEncrypted,
      .boolean,
      "Encrypt the files of a new lake, with keys in its catalog."
    ),
    Setting(
      "ducklake-inlined-rows",
      \.engine.lake.inlinedRowLimit,
      .integer(0...1_000_000),
      "Rows of one write that may go into the catalog rather than into a file; see docs/lake.md."
    ),
    Setting(
      "ducklake-wait-seconds",
      \.engine.lake.catalogWait,
      .seconds(),
      "How long the catalog may take to be reachable when the server starts."
    ),
    Setting(
      "maintenance-interval-seconds",
      \.engine.lake.maintenance.interval,
      .secondsOrNone,
      "How often the lake is kept in order: small files merged, old snapshots and files removed; 0 for never."
    ),
    Setting(
      "maintenance-retention-seconds",
      \.engine.lake.maintenance.retention,
      .seconds(),
      "How long maintenance keeps old snapshots, and files that nothing needs: longer than any query takes."
    ),
    Setting(
      "maintenance-orphans",
      \.engine.lake.maintenance.deletesOrphans,
      .boolean,
      "Whether maintenance deletes Parquet files under the data path that the lake doesn't know."
    ),
    Setting(
      "pg-host",
      \.engine.lake.postgres.host,
      .plainText,
      "The PostgreSQL server with the lake's catalog, in place of a file."
    ),
    Setting("pg-port", \.engine.lake.postgres.port, .integer(1...65_535), "Its port."),
    Setting("pg-database", \.engine.lake.postgres.database, .plainText, "Its database."),
    Setting("pg-user", \.engine.lake.postgres.user, .plainText, "The role to connect as."),
    Setting(
      "pg-password",
      \.engine.lake.postgres.password,
      .optionalText,
      "The role's password.",
      visibility: .secret
    ),
    Setting(
      "pg-schema",
      \.engine.lake.postgres.schema,
      .optionalText,
      "The schema of the catalog's tables (default: public)."
    ),
    Setting(
      "pg-sslmode",
      \.engine.lake.postgres.sslMode,
      .word(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
      "How the connection to PostgreSQL is encrypted and checked, as libpq has it."
    ),
    Setting(
      "pg-sslrootcert",
      \.engine.lake.postgres.authoritiesPath,
      .text,
      "A PEM file of the authorities that PostgreSQL's certificate may come from."
    ),
    Setting(
      "pg-pool-size",
      \.engine.lake.postgres.connectionLimit,
      .integer(1...1_000),
      "Connections to PostgreSQL that are kept open."
    ),
  ]
}
