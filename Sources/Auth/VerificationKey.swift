internal import Foundation
internal import JWTKit

/// A key that tokens are verified with, by one algorithm only: what a token says of its own
/// algorithm chooses nothing.
struct VerificationKey: Sendable {
  enum Origin: Hashable {
    /// The server's own secret key.
    case own
    case configured
  }

  let identifier: String?
  let origin: Origin
  let algorithm: any JWTAlgorithm

  var algorithmName: String { self.algorithm.name }

  /// A secret key (HS256).
  init(secret: [UInt8]) async throws {
    let collection = await JWTKeyCollection().add(
      hmac: HMACKey(from: secret),
      digestAlgorithm: .sha256
    )
    self.identifier = nil
    self.origin = .own
    self.algorithm = try await collection.getKey()
  }

  private init(_ collection: JWTKeyCollection, identifier: String?) async throws {
    self.identifier = identifier
    self.origin = .configured
    self.algorithm = try await collection.getKey()
  }

  private init(rsa key: Insecure.RSA.PublicKey, identifier: String?) async throws {
    let collection = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256)
    try await self.init(collection, identifier: identifier)
  }

  private init(ecdsa key: ES256PublicKey, identifier: String?) async throws {
    let collection = await JWTKeyCollection().add(ecdsa: key)
    try await self.init(collection, identifier: identifier)
  }
}

extension VerificationKey {
  /// The key of a PEM file: a public key or a certificate, RSA of 2,048 bits and more or P-256.
  init(pemFile path: String) async throws {
    guard let pem = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AuthConfigurationError("cannot read the public key '\(path)'")
    }
    guard !pem.contains("PRIVATE KEY") else {
      throw AuthConfigurationError("'\(path)' holds a private key: the public one is wanted")
    }
    let isCertificate = pem.contains("BEGIN CERTIFICATE")
    let rsa =
      try? isCertificate
      ? Insecure.RSA.PublicKey(certificatePEM: pem) : Insecure.RSA.PublicKey(pem: pem)
    if let rsa {
      try await self.init(rsa: rsa, identifier: nil)
      return
    }
    let ecdsa = try? isCertificate ? ES256PublicKey(certificate: pem) : ES256PublicKey(pem: pem)
    guard let ecdsa else {
      throw AuthConfigurationError(
        "'\(path)' holds no PEM public key or certificate with RSA (2048 bits or more) or P-256"
      )
    }
    try await self.init(ecdsa: ecdsa, identifier: nil)
  }

  /// The most keys that a key set may have.
  private static let keySetLimit = 100

  /// The keys of a JSON Web Key Set that can be used; others are passed over.
  static func keys(inKeySet json: Data) async throws -> [VerificationKey] {
    let set = try JSONDecoder().decode(KeySet.self, from: json)
    var keys: [VerificationKey] = []
    for entry in set.keys.prefix(Self.keySetLimit).compactMap(\.entry) {
      guard entry.use ?? "sig" == "sig" else { continue }
      if entry.kty == "RSA", entry.alg ?? "RS256" == "RS256", let n = entry.n, let e = entry.e,
        let key = try? Insecure.RSA.PublicKey(modulus: n, exponent: e)
      {
        keys.append(try await VerificationKey(rsa: key, identifier: entry.kid))
      } else if entry.kty == "EC", entry.crv == "P-256", entry.alg ?? "ES256" == "ES256",
        let x = entry.x, let y = entry.y, let key = try? ES256PublicKey(parameters: (x, y))
      {
        keys.append(try await VerificationKey(ecdsa: key, identifier: entry.kid))
      }
    }
    return keys
  }

  /// One key that isn't understood must not make the others unreadable, so every field may be
  /// missing, and an entry may be anything.
  private struct KeySet: Decodable {
    struct Entry: Decodable {
      var kty, use, alg, kid, n, e, crv, x, y: String?
    }

    struct Anything: Decodable {
      let entry: Entry?

      init(from decoder: any Decoder) {
        self.entry = try? Entry(from: decoder)
      }
    }

    var keys: [Anything]
  }
}
