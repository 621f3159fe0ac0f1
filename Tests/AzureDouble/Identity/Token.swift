/// An access token as it was issued.
struct Token: Codable {
  let resource: String
  /// The identity that it was issued to; empty for the machine's own.
  let clientID: String
  let token: String
  /// In seconds since 1970.
  let expiresOn: Int
}
