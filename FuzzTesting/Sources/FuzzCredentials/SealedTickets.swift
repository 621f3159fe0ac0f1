import Auth
import Engine
import Foundation
import FuzzDriver
import Tickets

/// Tickets that hold a sealed query.
final class SealedTickets {
  /// In seconds; nobody seals anything for longer.
  private static let endOfTime = 1e12

  private let principal = Principal(name: "ann", role: .user)
  private let ticket: QueryTicket
  /// Another server with the same secret, and one with another.
  private let reader = TicketSeal(secret: "secret", lifetime: .seconds(600))
  private let stranger = TicketSeal(secret: "other", lifetime: .seconds(600))

  init() {
    let query = PortableQuery(sql: "SELECT 1", settings: ["SET a = 1"], statementTimeout: nil)
    let ticket = try? TicketSeal(secret: "secret", lifetime: .seconds(86_400)).ticket(
      Handle(),
      for: query,
      schema: Data([1, 2, 3]),
      of: self.principal
    )
    guard let ticket else { fatalError("no ticket can be made") }
    self.ticket = ticket
  }

  /// A ticket that was changed anywhere opens to nothing.
  func checkSeal(_ input: inout FuzzedInput) {
    require(self.reader.open(self.ticket, for: self.principal) != nil)
    var bytes = Array(self.ticket.bytes)
    let start = input.number(below: bytes.count)
    let end = min(bytes.count, start + Int(input.byte() % 32))
    bytes.replaceSubrange(start..<end, with: input.rest())
    guard let changed = try? QueryTicket(Data(bytes)) else { return }
    require(Array(changed.bytes) == bytes)
    let opened = self.reader.open(changed, for: self.principal)
    require((opened != nil) == (changed == self.ticket), "a changed ticket opens")
    require(self.stranger.open(changed, for: self.principal) == nil)
    require(self.reader.open(changed, for: Principal(name: "bob", role: .user)) == nil)
  }

  /// What is inside a seal, as if another version of the server had made it.
  func checkContent(_ bytes: [UInt8]) {
    let allowance = (16 << 10) + 128 * bytes.count
    let query = Allowance.hold(allowance, for: "a sealed query") { SealedQuery(bytes) }
    guard let query, query.expiry.timeIntervalSince1970.magnitude < Self.endOfTime else { return }
    require(SealedQuery(query.encoded) == query, "a sealed query isn't what it was made of")
  }
}
