internal import Engine

/// Notices when a server has come to rest.
struct IdleWatch {
  private var last: Activity?
  private var rested: Activity?

  /// Whether nothing has happened between the last look and this one, for the first time since
  /// something did.
  mutating func comesToRest(_ activity: Activity) -> Bool {
    defer { self.last = activity }
    guard activity.activeStatementCount == 0, activity == self.last, activity != self.rested else {
      return false
    }
    self.rested = activity
    return true
  }
}
