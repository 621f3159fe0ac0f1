import NIOHTTP1

/// What tests ask of the double itself, under `/double/`.
struct AdminService {
  static let prefix = "/double/"

  let faults: FaultPlan
  let log: RequestLog
  let tokens: TokenIssuer

  func answer(_ request: Request) throws -> Response {
    switch (request.method, request.path.dropFirst(Self.prefix.count)) {
    case (.GET, "requests"):
      return try Response(json: self.log.records(after: request.query.number("after") ?? 0))
    case (.GET, "faults"):
      return try Response(json: self.faults.all)
    case (.POST, "faults"):
      self.faults.add(try request.json(Fault.self))
    case (.DELETE, "faults"):
      self.faults.clear()
    case (.GET, "tokens"):
      return try Response(json: self.tokens.latest)
    case (.PUT, "tokens"):
      self.tokens.change(try request.json(TokenSettings.self))
    case (.POST, "tokens"):
      try self.tokens.renew()
    case (.DELETE, "tokens"):
      self.tokens.revoke()
    default:
      return Response(.notFound)
    }
    return Response(.noContent)
  }
}
