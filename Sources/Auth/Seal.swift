internal import Crypto
internal import Foundation
internal import Synchronization

/// Encrypts what clients keep on behalf of the servers that share a secret key: clients can neither
/// read nor change it.
///
/// AES-GCM, with a key that is derived (HKDF) for each start of a server from the secret and from
/// random bytes that go with what it seals. So a nonce can be a plain count, and is never used twice.
package final class Seal: Sendable {
  private static let instanceByteCount = 16
  private static let countByteCount = 8
  private static let tagByteCount = 16
  private static let overheadByteCount =
    Seal.instanceByteCount + Seal.countByteCount + Seal.tagByteCount

  private let secret: SymmetricKey
  private let purpose: String
  /// Tells this start of this server from all others.
  private let instance: [UInt8]
  private let key: SymmetricKey
  private let count = Atomic<UInt64>(0)

  /// - Parameter purpose: What is sealed: a seal of one purpose is nothing to another.
  package init(secret: String, purpose: String) {
    self.secret = SymmetricKey(data: Array(secret.utf8))
    self.purpose = purpose
    self.instance = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
    self.key = Self.key(from: self.secret, purpose: purpose, instance: self.instance)
  }

  private static func key(
    from secret: SymmetricKey,
    purpose: String,
    instance: some Collection<UInt8>
  ) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: secret,
      salt: Array(instance),
      info: Array("lakehouse \(purpose)".utf8),
      outputByteCount: 32
    )
  }

  /// - Parameter context: What whoever opens it must know as well, such as whom it was made for.
  package func seal(_ content: [UInt8], binding context: [UInt8]) throws -> [UInt8] {
    let (count, _) = self.count.add(1, ordering: .relaxed)
    let countBytes = (0..<Self.countByteCount).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    let box = try AES.GCM.seal(
      content,
      using: self.key,
      nonce: try Self.nonce(countBytes),
      authenticating: context
    )
    return self.instance + countBytes + box.ciphertext + box.tag
  }

  /// What a server with the same secret has sealed; `nil` if none has, or not so.
  package func open(_ sealed: [UInt8], binding context: [UInt8]) -> [UInt8]? {
    guard sealed.count >= Self.overheadByteCount else { return nil }
    let instance = sealed.prefix(Self.instanceByteCount)
    let rest = sealed.dropFirst(Self.instanceByteCount)
    let key =
      self.isOwn(sealed)
      ? self.key : Self.key(from: self.secret, purpose: self.purpose, instance: instance)
    guard
      let box = try? AES.GCM.SealedBox(
        nonce: Self.nonce(Array(rest.prefix(Self.countByteCount))),
        ciphertext: rest.dropFirst(Self.countByteCount).dropLast(Self.tagByteCount),
        tag: rest.suffix(Self.tagByteCount)
      ), let content = try? AES.GCM.open(box, using: key, authenticating: context)
    else { return nil }
    return Array(content)
  }

  /// Whether something claims to be sealed by this server since it started.
  package func isOwn(_ sealed: [UInt8]) -> Bool {
    sealed.prefix(Self.instanceByteCount).elementsEqual(self.instance)
  }

  private static func nonce(_ count: [UInt8]) throws -> AES.GCM.Nonce {
    try AES.GCM.Nonce(data: [0, 0, 0, 0] + count)
  }
}
