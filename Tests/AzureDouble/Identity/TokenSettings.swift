/// How long tokens are valid, and how long an identity gets the same one.
struct TokenSettings: Codable {
  let lifetimeSeconds: Int
  /// The same token is issued until so few seconds are left of it; without it, each is a new one.
  let keptUntilSecondsLeft: Int?
}
