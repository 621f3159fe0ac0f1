import Auth
import Testing

@Suite struct SealTests {
  private let secret = "0123456789abcdef0123456789abcdef"
  private let content = Array("SELECT 42".utf8)

  @Test func `what one server seals another with the same secret opens`() throws {
    let (one, other) = (Seal(secret: secret, purpose: "p"), Seal(secret: secret, purpose: "p"))
    let sealed = try one.seal(content, binding: [1, 2])
    #expect(other.open(sealed, binding: [1, 2]) == content)
    #expect(one.open(sealed, binding: [1, 2]) == content)
    #expect(one.isOwn(sealed))
    #expect(!other.isOwn(sealed))
  }

  @Test func `the same content is never sealed in the same bytes`() throws {
    let seal = Seal(secret: secret, purpose: "p")
    let sealed = try (0..<100).map { _ in try seal.seal(content, binding: []) }
    #expect(Set(sealed).count == 100)
  }

  @Test func `another secret, purpose or context opens nothing`() throws {
    let sealed = try Seal(secret: secret, purpose: "p").seal(content, binding: [1])
    #expect(Seal(secret: secret + "x", purpose: "p").open(sealed, binding: [1]) == nil)
    #expect(Seal(secret: secret, purpose: "q").open(sealed, binding: [1]) == nil)
    #expect(Seal(secret: secret, purpose: "p").open(sealed, binding: [2]) == nil)
    #expect(Seal(secret: secret, purpose: "p").open(sealed, binding: []) == nil)
  }

  @Test func `any change of a bit, and any length but its own, opens nothing`() throws {
    let seal = Seal(secret: secret, purpose: "p")
    let other = Seal(secret: secret, purpose: "p")
    let sealed = try seal.seal(content, binding: [1])
    for bit in 0..<(sealed.count * 8) {
      var changed = sealed
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(seal.open(changed, binding: [1]) == nil)
      #expect(other.open(changed, binding: [1]) == nil)
    }
    for length in 0..<sealed.count {
      #expect(other.open(Array(sealed.prefix(length)), binding: [1]) == nil)
    }
    #expect(other.open(sealed + [0], binding: [1]) == nil)
  }
}
