import Foundation

/// A token as the platform and the metadata service write it: its numbers are texts.
struct MachineToken: Encodable {
  private enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case clientID = "client_id"
    case expiresIn = "expires_in"
    case expiresOn = "expires_on"
    case resource
    case tokenType = "token_type"
  }

  let accessToken: String
  let clientID: String
  let expiresIn: String
  let expiresOn: String
  let resource: String
  let tokenType = "Bearer"

  init(_ token: Token) {
    self.accessToken = token.token
    self.clientID = token.clientID
    self.expiresIn = "\(token.expiresOn - Int(Date().timeIntervalSince1970))"
    self.expiresOn = "\(token.expiresOn)"
    self.resource = token.resource
  }
}

/// A token as Microsoft Entra writes it.
struct AuthorityToken: Encodable {
  private enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case expiresIn = "expires_in"
    case tokenType = "token_type"
  }

  let accessToken: String
  let expiresIn: Int
  let tokenType = "Bearer"

  init(_ token: Token) {
    self.accessToken = token.token
    self.expiresIn = token.expiresOn - Int(Date().timeIntervalSince1970)
  }
}

struct OAuthError: Encodable {
  private enum CodingKeys: String, CodingKey {
    case error
    case description = "error_description"
  }

  let error: String
  let description: String
}

struct PlatformError: Encodable {
  let statusCode: Int
  let message: String
}
