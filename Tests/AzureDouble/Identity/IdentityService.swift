import Foundation
import NIOHTTP1

/// The places where an Azure workload gets its tokens.
struct IdentityService {
  static let platformPath = "/msi/token"
  static let machinePath = "/metadata/identity/oauth2/token"
  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  let configuration: IdentityConfiguration
  let tokens: TokenIssuer

  /// `nil` where the path is none of these places.
  func answer(_ request: Request) throws -> Response? {
    switch request.path {
    case Self.platformPath: return try self.answerAsPlatform(request)
    case Self.machinePath: return try self.answerAsMachine(request)
    default: break
    }
    let segments = request.path.split(separator: "/")
    guard segments.count == 4, segments.dropFirst() == ["oauth2", "v2.0", "token"] else {
      return nil
    }
    return try self.answerAsAuthority(request, tenant: String(segments[0]))
  }

  /// Container Apps and App Service: `IDENTITY_ENDPOINT`.
  private func answerAsPlatform(_ request: Request) throws -> Response {
    func refused(_ status: HTTPResponseStatus, _ message: String) throws -> Response {
      try Response(status, json: PlatformError(statusCode: Int(status.code), message: message))
    }
    guard request.method == .GET, request.query["api-version"] == "2019-08-01" else {
      return try refused(.badRequest, "The api-version is not supported.")
    }
    guard request.headers.first(name: "x-identity-header") == self.configuration.header else {
      return try refused(.unauthorized, "X-IDENTITY-HEADER is missing or wrong.")
    }
    guard let audience = TokenAudience(request.query["resource"] ?? "") else {
      return try refused(.badRequest, "The resource is unknown.")
    }
    guard let clientID = self.assignedIdentity(request.query) else {
      return try refused(.badRequest, "No such managed identity is assigned.")
    }
    return try Response(
      json: MachineToken(try self.tokens.token(for: audience, clientID: clientID))
    )
  }

  /// Virtual machines: the metadata service.
  private func answerAsMachine(_ request: Request) throws -> Response {
    func refused(_ message: String) throws -> Response {
      try Response(.badRequest, json: OAuthError(error: "invalid_request", description: message))
    }
    guard request.method == .GET, request.headers.first(name: "metadata") == "true" else {
      return try refused("Required metadata header not specified")
    }
    guard request.query["api-version"] != nil,
      let audience = TokenAudience(request.query["resource"] ?? "")
    else { return try refused("The api-version or the resource is missing or unknown") }
    guard let clientID = self.assignedIdentity(request.query) else {
      return try refused("Identity not found")
    }
    return try Response(
      json: MachineToken(try self.tokens.token(for: audience, clientID: clientID))
    )
  }

  /// Microsoft Entra: a client secret, or the token of a workload's own platform.
  private func answerAsAuthority(_ request: Request, tenant: String) throws -> Response {
    func refused(_ error: String, _ description: String) throws -> Response {
      let status: HTTPResponseStatus = error == "invalid_client" ? .unauthorized : .badRequest
      return try Response(status, json: OAuthError(error: error, description: description))
    }
    let form = Query(form: request.text)
    guard request.method == .POST, form["grant_type"] == "client_credentials" else {
      return try refused("unsupported_grant_type", "AADSTS70003: The grant type is not supported.")
    }
    guard tenant == self.configuration.tenant else {
      return try refused("invalid_request", "AADSTS90002: Tenant not found.")
    }
    guard form["client_id"] == self.configuration.clientID else {
      return try refused("unauthorized_client", "AADSTS700016: Application was not found.")
    }
    guard let audience = TokenAudience(form["scope"] ?? "") else {
      return try refused("invalid_scope", "AADSTS70011: The provided scope is not valid.")
    }
    guard self.isProven(form) else {
      return try refused("invalid_client", "AADSTS7000215: The secret or assertion is invalid.")
    }
    return try Response(
      json: AuthorityToken(
        try self.tokens.token(for: audience, clientID: self.configuration.clientID)
      )
    )
  }

  private func isProven(_ form: Query) -> Bool {
    if let secret = form["client_secret"] { return secret == self.configuration.clientSecret }
    guard form["client_assertion_type"] == Self.assertionType,
      let assertion = form["client_assertion"],
      let path = self.configuration.federatedTokenFile,
      let content = try? String(contentsOfFile: path, encoding: .utf8)
    else { return false }
    return assertion == content.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The identity that a request names: without a name the machine's own, `nil` if it is unknown.
  private func assignedIdentity(_ query: Query) -> String? {
    let names = ["principal_id", "object_id", "mi_res_id", "msi_res_id"]
    guard names.allSatisfy({ query[$0] == nil }) else { return nil }
    guard let clientID = query["client_id"] else { return "" }
    return clientID == self.configuration.clientID ? clientID : nil
  }
}
