internal import Auth
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
    if self.isReachableByOthers, !self.auth.isEnabled, !self.isInsecure {
      problems.append(
        "\(source("host")): others can reach '\(self.effectiveHost)', and nobody is asked who they "
          + "are: set --password, --users-file, --jwks-url or the like, or --insecure to let anyone in"
      )
    }
    if self.auth.usesCertificateSubject, self.clientAuthoritiesPath == nil {
      problems.append("\(source("mtls-principal")): needs --mtls-ca")
    }
    if self.auth.username.isEmpty || self.auth.username.contains(":") {
      problems.append("\(source("username")): is empty, or has a colon")
    }
    problems += self.engine.lake.contradictions(source)
    problems += self.tokenContradictions(source)
    problems += self.engine.maintenanceContradictions(source)
    if self.engine.isReadOnly, self.engine.databasePath == ":memory:",
      self.engine.lake.dataPath == nil
    {
      problems.append(
        "\(source("read-only")): needs a database file or a lake, set by --database or --ducklake-data-path"
      )
    }
    if self.health.isEnabled, self.health.port != 0, self.health.port == self.health.httpPort {
      problems.append("\(source("health-http-port")): is taken by --health-port")
    }
    return problems
  }
}
