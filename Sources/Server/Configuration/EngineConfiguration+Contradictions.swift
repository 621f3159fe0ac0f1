package import Engine

extension EngineConfiguration {
  /// Why maintenance would take files from under the statements of other servers, if it would.
  ///
  /// - Parameter source: Where the setting of a name comes from, or how it could be set.
  package func maintenanceContradiction(_ source: (String) -> String) -> String? {
    let retention = self.lake.maintenance.retention
    if let lifetime = self.transactionLifetime, lifetime <= retention { return nil }
    return "\(source("maintenance-retention-seconds")): transactions may be open for longer "
      + "(--transaction-lifetime-seconds), and would lose the files they read"
  }

  func maintenanceContradictions(_ source: (String) -> String) -> [String] {
    guard self.lake.maintenance.interval != nil else { return [] }
    let interval = source("maintenance-interval-seconds")
    var problems: [String] = []
    if self.lake.dataPath == nil {
      problems.append("\(interval): needs a lake, set by --ducklake-data-path")
    }
    if self.isReadOnly { problems.append("\(interval): doesn't go with --read-only") }
    if let problem = self.maintenanceContradiction(source) { problems.append(problem) }
    return problems
  }
}
