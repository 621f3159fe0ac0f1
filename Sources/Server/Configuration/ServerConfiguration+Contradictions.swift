internal import Engine

extension ServerConfiguration {
  /// Settings that don't go together.
  ///
  /// - Parameter source: Where the setting of a name comes from, or how it could be set.
  func contradictions(_ source: (String) -> String) -> [String] {
    var problems: [String] = []
    if self.certificateChainPath != nil, self.privateKeyPath == nil {
      problems.append("\(source("tls-cert")): is of no use without --tls-key")
    }
    if self.privateKeyPath != nil, self.certificateChainPath == nil {
      problems.append("\(source("tls-key")): is of no use without --tls-cert")
    }
    if self.clientAuthoritiesPath != nil, self.tls == nil {
      problems.append("\(source("mtls-ca")): needs --tls-cert and --tls-key")
    }
    if self.engine.isReadOnly, self.engine.databasePath == ":memory:" {
      problems.append("\(source("read-only")): needs a database file, set by --database")
    }
    return problems
  }
}
