internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A password as it is stored: scrypt with a salt of its own.
///
/// Written as `$scrypt$ln=15,r=8,p=3$SALT$HASH`, both in Base64 without padding; `ln` is the
/// logarithm of scrypt's cost.
package struct PasswordHash: Hashable, Sendable {
  /// 32 MiB and about a quarter of a second.
  private static let recommendedCost = Cost(logarithm: 15, blockSize: 8, parallelism: 3)
  private static let saltByteCount = 16
  private static let hashByteCount = 32
  /// What a hash of a users file may make the server use.
  private static let memoryByteLimit = 256 << 20

  private struct Cost: Hashable {
    var logarithm: Int
    var blockSize: Int
    var parallelism: Int

    var byteCount: Int { 128 * self.blockSize * self.parallelism << self.logarithm }
  }

  private let cost: Cost
  private let salt: [UInt8]
  private let hash: [UInt8]

  /// Hashes a password; takes long on purpose.
  package init(of password: String) throws {
    var generator = SystemRandomNumberGenerator()
    self.cost = Self.recommendedCost
    self.salt = (0..<Self.saltByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    self.hash = try Self.derive(password, self.salt, self.cost, byteCount: Self.hashByteCount)
  }

  /// Reads ``text``; `nil` if it is none, or costs too much.
  package init?(text: some StringProtocol) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
      let cost = Self.cost(parts[2]),
      let salt = Self.bytes(parts[3]), salt.count >= 8,
      let hash = Self.bytes(parts[4]), (16...64).contains(hash.count)
    else { return nil }
    self.cost = cost
    self.salt = salt
    self.hash = hash
  }

  package var text: String {
    let cost = "ln=\(self.cost.logarithm),r=\(self.cost.blockSize),p=\(self.cost.parallelism)"
    return "$scrypt$\(cost)$\(Self.text(self.salt))$\(Self.text(self.hash))"
  }

  /// Whether the password is the one; takes as long as making the hash did, and the same time for
  /// every password.
  package func matches(_ password: String) -> Bool {
    let derived = try? Self.derive(password, self.salt, self.cost, byteCount: self.hash.count)
    guard let derived else { return false }
    // Comparing codes of both takes the same time wherever they differ.
    let key = SymmetricKey(size: .bits256)
    let code = HMAC<SHA256>.authenticationCode(for: derived, using: key)
    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: self.hash, using: key)
  }
}

extension PasswordHash {
  private static func derive(
    _ password: String,
    _ salt: [UInt8],
    _ cost: Cost,
    byteCount: Int
  ) throws -> [UInt8] {
    let key = try KDF.Scrypt.deriveKey(
      from: Array(password.utf8),
      salt: salt,
      outputByteCount: byteCount,
      rounds: 1 << cost.logarithm,
      blockSize: cost.blockSize,
      parallelism: cost.parallelism
    )
    return key.withUnsafeBytes { Array($0) }
  }

  private static func cost(_ text: some StringProtocol) -> Cost? {
    let values = text.split(separator: ",").map { $0.split(separator: "=") }
    guard values.count == 3, values.allSatisfy({ $0.count == 2 }),
      values.map({ String($0[0]) }) == ["ln", "r", "p"],
      let logarithm = Int(values[0][1]), (10...20).contains(logarithm),
      let blockSize = Int(values[1][1]), (1...32).contains(blockSize),
      let parallelism = Int(values[2][1]), (1...16).contains(parallelism)
    else { return nil }
    let cost = Cost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
    return cost.byteCount <= Self.memoryByteLimit ? cost : nil
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }

  private static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let padding = String(repeating: "=", count: -text.utf8.count & 3)
    return Data(base64Encoded: String(text) + padding).map { Array($0) }
  }
}
