/// A PostgreSQL database with the catalog of a lake.
package struct PostgresConfiguration: Sendable {
  /// A host, or a path: the folder of a socket.
  ///
  /// Without it the catalog isn't in PostgreSQL.
  package var host: String?
  package var port = 5_432
  package var database: String?
  package var user: String?
  package var password: String?
  /// The schema of the catalog's tables; by default `public`.
  package var schema: String?
  /// As libpq has it: `disable` to `verify-full`.
  package var sslMode = "verify-full"
  /// PEM file of the authorities that the database's certificate may come from.
  package var authoritiesPath = "/etc/ssl/certs/ca-certificates.crt"
  /// Connections that are kept open to it.
  package var connectionLimit = 4

  package init() {}
}
