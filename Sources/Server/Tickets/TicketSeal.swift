package import Auth
internal import Crypto
package import Engine
package import Foundation

/// Makes tickets that every server with the same secret key can serve, and opens theirs.
package struct TicketSeal: Sendable {
  /// How much of SQL and settings goes into a ticket; a query with more can be fetched from its
  /// announcer only.
  package static let queryByteLimit = 64 << 10
  private static let settingLimit = 1_000
  /// Longer ones are none of ours.
  private static let sealByteLimit = Self.queryByteLimit + Self.settingLimit * 4 + 4_096

  private let seal: Seal
  private let lifetime: TimeInterval

  /// - Parameter lifetime: How long a query may be run by its ticket.
  package init(secret: String, lifetime: Duration) {
    self.seal = Seal(secret: secret, purpose: "query tickets")
    self.lifetime = lifetime / .seconds(1)
  }

  /// - Parameters:
  ///   - query: `nil` where only the announcer can serve it.
  ///   - schema: The result's columns, encoded.
  package func ticket(
    _ handle: Handle,
    for query: PortableQuery?,
    schema: Data,
    of principal: Principal,
    now: Date = Date()
  ) throws -> QueryTicket {
    guard let query, query.settings.count <= Self.settingLimit,
      query.byteCount <= Self.queryByteLimit
    else { return QueryTicket(handle: handle) }
    let content = SealedQuery(
      query: query,
      fingerprint: Self.fingerprint(of: schema),
      expiry: now.addingTimeInterval(self.lifetime)
    )
    return QueryTicket(
      handle: handle,
      seal: try self.seal.seal(content.encoded, binding: Self.context(handle, principal))
    )
  }

  /// What another server has sealed for this principal; `nil` if it isn't that, or has expired.
  ///
  /// What this server has sealed itself it also keeps, and hands out once.
  package func open(
    _ ticket: QueryTicket,
    for principal: Principal,
    now: Date = Date()
  )
    -> SealedQuery?
  {
    guard !ticket.seal.isEmpty, ticket.seal.count <= Self.sealByteLimit,
      !self.seal.isOwn(ticket.seal),
      let content = self.seal.open(
        ticket.seal,
        binding: Self.context(ticket.handle, principal)
      ), let sealed = SealedQuery(content), sealed.expiry > now
    else { return nil }
    return sealed
  }

  package static func fingerprint(of schema: Data) -> [UInt8] {
    Array(SHA256.hash(data: schema))
  }

  /// What a seal is bound to: the handle it goes with, and who may use it.
  private static func context(_ handle: Handle, _ principal: Principal) -> [UInt8] {
    handle.bytes + Array("\(principal.role.rawValue) \(principal.name)".utf8)
  }
}

extension PortableQuery {
  fileprivate var byteCount: Int {
    self.settings.reduce(self.sql.utf8.count) { $0 + $1.utf8.count }
  }
}
