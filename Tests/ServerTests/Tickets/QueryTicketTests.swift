import Auth
import Engine
import Foundation
import Server
import Testing

@Suite struct QueryTicketTests {
  private static let secret = "0123456789abcdef0123456789abcdef"
  private let announcer = TicketSeal(secret: Self.secret, lifetime: .seconds(600))
  private let other = TicketSeal(secret: Self.secret, lifetime: .seconds(600))
  private let anna = Principal(name: "anna", role: .user)
  private let query = PortableQuery(
    sql: "SELECT 'ä'",
    settings: ["USE lake.s", "SET VARIABLE a = 1"],
    statementTimeout: .milliseconds(1_500)
  )

  private func ticket(_ query: PortableQuery? = nil, now: Date = Date()) throws -> QueryTicket {
    try self.announcer.ticket(
      Handle(),
      for: query ?? self.query,
      schema: Data([1, 2, 3]),
      of: self.anna,
      now: now
    )
  }

  @Test func `a server with the same key opens what is sealed, as its client sends it back`() throws
  {
    let ticket = try self.ticket()
    let returned = try QueryTicket(ticket.bytes)
    #expect(returned == ticket)
    let opened = try #require(self.other.open(returned, for: self.anna))
    #expect(opened.query == self.query)
    #expect(opened.fingerprint == TicketSeal.fingerprint(of: Data([1, 2, 3])))
  }

  @Test func `its announcer keeps to the result it holds`() throws {
    #expect(self.announcer.open(try self.ticket(), for: self.anna) == nil)
  }

  @Test func `another principal, or the same in another role, opens nothing`() throws {
    let ticket = try self.ticket()
    for principal in [
      Principal(name: "anna", role: .admin), Principal(name: "bert", role: .user),
      Principal(name: "", role: .user), .anonymous,
    ] {
      #expect(self.other.open(ticket, for: principal) == nil)
    }
  }

  @Test func `it opens until it expires, and no later`() throws {
    let made = Date(timeIntervalSince1970: 1_000_000)
    let ticket = try self.ticket(now: made)
    let last = made.addingTimeInterval(599)
    #expect(self.other.open(ticket, for: self.anna, now: last) != nil)
    #expect(self.other.open(ticket, for: self.anna, now: made.addingTimeInterval(600)) == nil)
  }

  @Test func `a seal doesn't go with another handle`() throws {
    let moved = QueryTicket(handle: Handle(), seal: try self.ticket().seal)
    #expect(self.other.open(moved, for: self.anna) == nil)
  }

  @Test func `a foreign key opens nothing`() throws {
    let foreign = TicketSeal(secret: "another", lifetime: .seconds(600))
    #expect(foreign.open(try self.ticket(), for: self.anna) == nil)
  }

  @Test func `cut off or changed it opens nothing`() throws {
    let bytes = try self.ticket().bytes
    for length in 0..<bytes.count {
      guard let cut = try? QueryTicket(bytes.prefix(length)) else {
        #expect(length < Handle.byteCount)
        continue
      }
      #expect(self.other.open(cut, for: self.anna) == nil)
    }
    for bit in 0..<(bytes.count * 8) {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(self.other.open(try QueryTicket(changed), for: self.anna) == nil)
    }
  }

  @Test func `a query only its announcer can run, or a long one, has no seal`() throws {
    let local = try self.announcer.ticket(Handle(), for: nil, schema: Data(), of: self.anna)
    #expect(local.seal.isEmpty)
    #expect(local.bytes.count == Handle.byteCount)
    let limit = TicketSeal.queryByteLimit
    let long = PortableQuery(sql: String(repeating: "x", count: limit))
    #expect(self.other.open(try self.ticket(long), for: self.anna)?.query == long)
    let longer = PortableQuery(sql: String(repeating: "x", count: limit), settings: ["y"])
    #expect(try self.ticket(longer).seal.isEmpty)
    let many = PortableQuery(sql: "x", settings: Array(repeating: "", count: 1_001))
    #expect(try self.ticket(many).seal.isEmpty)
  }

  @Test(arguments: [1, 999, 1_500, 4_284_022_783] as [Int64])
  func `a timeout stays what it is to the millisecond`(milliseconds: Int64) throws {
    let sealed = SealedQuery(
      query: PortableQuery(sql: "", statementTimeout: .milliseconds(milliseconds)),
      fingerprint: Array(repeating: 7, count: SealedQuery.fingerprintByteCount),
      expiry: Date(timeIntervalSince1970: 1)
    )
    #expect(SealedQuery(sealed.encoded) == sealed)
  }

  @Test func `what is inside survives nothing but its own encoding`() throws {
    let sealed = SealedQuery(
      query: self.query,
      fingerprint: Array(repeating: 7, count: SealedQuery.fingerprintByteCount),
      expiry: Date(timeIntervalSince1970: 1_000_000)
    )
    let bytes = sealed.encoded
    #expect(SealedQuery(bytes) == sealed)
    for length in 0..<bytes.count { #expect(SealedQuery(Array(bytes.prefix(length))) == nil) }
    #expect(SealedQuery(bytes + [0]) == nil)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      var changed = bytes
      for _ in 0..<3 {
        changed[Int.random(in: 0..<bytes.count, using: &generator)] =
          UInt8.random(in: .min ... .max, using: &generator)
      }
      // Whatever comes of it is read within its bounds.
      if let read = SealedQuery(changed) { #expect(read.encoded.count == bytes.count) }
    }
  }
}
