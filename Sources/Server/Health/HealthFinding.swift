/// How a component was found.
struct HealthFinding: Sendable {
  static let works = HealthFinding(state: .serving)

  var state: HealthComponent.State
  /// What anybody may read of its parts, by their names.
  var details: [String: String] = [:]
  /// What only the log tells.
  var logDetail: String?
}

extension HealthFinding {
  init(_ failure: HealthFailure) {
    self.init(state: .notServing(failure.message), logDetail: failure.detail)
  }
}
