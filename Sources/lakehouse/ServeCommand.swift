internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Server

/// Flags only: what they mean is the server's business.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a database over Arrow Flight SQL."
  )

  @Option(help: "The address to listen on, or unix:PATH.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 takes a free one and prints it.")
  var port = 31_337

  @Option(help: "A PEM file with the server's certificate, for TLS; read again when it changes.")
  var tlsCert: String?

  @Option(help: "A PEM file with the certificate's private key.")
  var tlsKey: String?

  @Option(
    name: .customLong("mtls-ca"),
    help: "A PEM file with the authorities whose clients' certificates are accepted (mTLS)."
  )
  var mtlsCA: String?

  @Option(help: "The database file, or ':memory:'.")
  var database = ":memory:"

  @Flag(help: "Refuse everything that writes to the database.")
  var readOnly = false

  @Option(
    name: .customLong("init-sql"),
    help: "SQL to run before the first client; after the file that LAKEHOUSE_INIT_SQL_FILE names."
  )
  var initSQL: String?

  @Option(
    help:
      "trace, debug, info, notice, warning, error or critical, and exceptions after a comma: info,transport=debug."
  )
  var logLevel = "info"

  @Option(help: "How log lines are written: text for people, json for machines.")
  var logFormat = LogFormat.text

  @Flag(help: "Log the statements that clients send.")
  var printQueries = false

  @Option(help: "What --print-queries does with literals: masked or kept.")
  var queryLiterals = QueryLiterals.masked

  @Option(help: "Threads that run statements: the limit on statements at work.")
  var workers = 8

  @Option(help: "How long running statements may go on after SIGTERM or SIGINT.")
  var shutdownGraceSeconds = 30

  @Option(help: "How long a session may be unused until it is closed.")
  var sessionIdleSeconds = 3_600

  @Option(help: "How long a transaction may be unused until it is rolled back.")
  var transactionIdleSeconds = 600

  @Option(
    help:
      "How long DuckDB may work for one statement, waiting for its client aside; 0 for no limit."
  )
  var statementTimeoutSeconds = 0.0

  func validate() throws {
    guard (0...65_535).contains(self.port) else {
      throw ValidationError("--port: \(self.port) is not between 0 and 65535")
    }
    guard (1...1_024).contains(self.workers) else {
      throw ValidationError("--workers: \(self.workers) is not between 1 and 1024")
    }
    guard self.shutdownGraceSeconds >= 0 else {
      throw ValidationError("--shutdown-grace-seconds: \(self.shutdownGraceSeconds) is negative")
    }
    guard self.sessionIdleSeconds > 0 else {
      throw ValidationError("--session-idle-seconds: \(self.sessionIdleSeconds) is not positive")
    }
    guard self.transactionIdleSeconds > 0 else {
      throw ValidationError(
        "--transaction-idle-seconds: \(self.transactionIdleSeconds) is not positive"
      )
    }
    _ = try self.logLevels()
    guard (self.tlsCert == nil) == (self.tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key: one is of no use without the other")
    }
    guard self.mtlsCA == nil || self.tlsCert != nil else {
      throw ValidationError("--mtls-ca: needs --tls-cert and --tls-key")
    }
    guard EngineConfiguration.timeout(seconds: self.statementTimeoutSeconds) != nil else {
      throw ValidationError(
        "--statement-timeout-seconds: \(self.statementTimeoutSeconds) is negative or too large"
      )
    }
    guard !self.readOnly || self.database != ":memory:" else {
      throw ValidationError("--read-only: needs a database file, set by --database")
    }
  }

  func run() async throws {
    Allocator.keepFreedMemory()
    OpenFiles.raiseLimit()
    let server = try LakehouseServer(try self.serverConfiguration())
    try await server.run { uri in
      print(
        "lakehouse \(LakehouseServer.version) listening on \(uri) "
          + "(DuckDB \(Engine.duckDBVersion), database \(self.database))"
      )
      fflush(nil)
    } onSecondSignal: {
      Foundation.exit(0)
    }
  }

  private func serverConfiguration() throws -> ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.host = self.host
    configuration.port = self.port
    if let certificate = self.tlsCert, let key = self.tlsKey {
      configuration.tls = TLSFiles(
        certificateChain: certificate,
        privateKey: key,
        clientAuthorities: self.mtlsCA
      )
    }
    configuration.logging.levels = try self.logLevels()
    configuration.logging.format = self.logFormat
    configuration.logging.printsStatements = self.printQueries
    configuration.logging.queryLiterals = self.queryLiterals
    configuration.shutdownGraceSeconds = self.shutdownGraceSeconds
    configuration.engine.databasePath = self.database
    configuration.engine.isReadOnly = self.readOnly
    configuration.engine.workerCount = self.workers
    configuration.engine.sessionIdleLifetime = .seconds(self.sessionIdleSeconds)
    configuration.engine.transactionIdleLifetime = .seconds(self.transactionIdleSeconds)
    configuration.engine.statementTimeout =
      self.statementTimeoutSeconds > 0 ? .seconds(self.statementTimeoutSeconds) : nil
    configuration.engine.initialSQL = try self.initialSQL()
    return configuration
  }

  private func logLevels() throws -> LogLevels {
    do {
      return try LogLevels(parsing: self.logLevel)
    } catch {
      throw ValidationError("--log-level: \(error.message)")
    }
  }

  private func initialSQL() throws -> [InitialSQL] {
    let variable = "LAKEHOUSE_INIT_SQL_FILE"
    var texts: [InitialSQL] = []
    if let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty {
      do {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        texts.append(InitialSQL(source: "\(variable) (\(path))", text: text))
      } catch {
        throw ValidationError("\(variable): cannot read '\(path)'")
      }
    }
    if let initSQL { texts.append(InitialSQL(source: "--init-sql", text: initSQL)) }
    return texts
  }
}

extension LogFormat: ExpressibleByArgument {}

extension QueryLiterals: ExpressibleByArgument {}
