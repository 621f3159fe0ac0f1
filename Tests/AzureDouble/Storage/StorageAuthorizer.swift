import NIOHTTP1

/// Decides whether a request may use the storage: a shared key, a token, or a signed URL.
struct StorageAuthorizer {
  let account: String
  let key: SharedKey
  let tokens: TokenIssuer
  let tenant: String

  func authorize(_ request: Request, for account: String) throws(StorageError) {
    let authorization = request.headers.first(name: "authorization")
    let parts = (authorization ?? "").split(separator: " ", maxSplits: 1).map(String.init)
    guard account == self.account else { throw self.failed("There is no account of that name.") }
    switch parts.first?.lowercased() {
    case "sharedkey"? where parts.count == 2:
      guard self.key.signs(request, account: account, credential: parts[1]) else {
        throw self.failed("The signature is not what the request's text to sign gives.")
      }
    case "bearer"? where parts.count == 2:
      guard request.isEncrypted else { throw self.failed("Tokens are for encrypted connections.") }
      do throws(TokenRefusal) {
        try self.tokens.check(parts[1], for: .storage)
      } catch {
        throw self.challenge("InvalidAuthenticationInfo", "Server failed: \(error.message)")
      }
    case nil where request.query["sig"] != nil:
      guard AccountSignature(request.query).isValid(key: self.key, account: account) else {
        throw self.failed("The URL's signature is wrong or no longer valid.")
      }
    default:
      throw self.challenge(
        "NoAuthenticationInformation",
        "Server failed to authenticate the request. Please refer to the information in the "
          + "www-authenticate header."
      )
    }
  }

  private func failed(_ reason: String) -> StorageError {
    StorageError(
      status: .forbidden,
      code: "AuthenticationFailed",
      message: "Server failed to authenticate the request. \(reason)"
    )
  }

  private func challenge(_ code: String, _ message: String) -> StorageError {
    StorageError(
      status: .unauthorized,
      code: code,
      message: message,
      headers: [
        "www-authenticate": """
        Bearer authorization_uri=https://login.microsoftonline.com/\(self.tenant)/oauth2/authorize \
        resource_id=\(TokenAudience.storage.rawValue)
        """
      ]
    )
  }
}
