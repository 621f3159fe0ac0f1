import Crypto
import Foundation
import NIOHTTP1

/// An account's key, and the signatures made with it.
struct SharedKey {
  private static let signedHeaders = [
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
  ]

  let base64: String
  private let key: SymmetricKey

  init() {
    self.init(SymmetricKey(size: SymmetricKeySize(bitCount: 512)))
  }

  init?(base64: String) {
    guard let bytes = Data(base64Encoded: base64), !bytes.isEmpty else { return nil }
    self.init(SymmetricKey(data: bytes))
  }

  private init(_ key: SymmetricKey) {
    self.key = key
    self.base64 = key.withUnsafeBytes { Data($0).base64EncodedString() }
  }

  /// - Parameter credential: `ACCOUNT:SIGNATURE`.
  func signs(_ request: Request, account: String, credential: String) -> Bool {
    let parts = credential.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0] == account else { return false }
    return self.signs(Self.textToSign(request, account), signature: String(parts[1]))
  }

  /// - Parameter signature: In Base64.
  func signs(_ text: String, signature: String) -> Bool {
    guard let code = Data(base64Encoded: signature) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(
      code,
      authenticating: Data(text.utf8),
      using: self.key
    )
  }

  private static func textToSign(_ request: Request, _ account: String) -> String {
    var lines = [request.method.rawValue]
    for name in Self.signedHeaders {
      let value = request.headers[name].joined(separator: ",")
      lines.append(name == "content-length" && value == "0" ? "" : value)
    }
    lines += request.headers.map { (name: $0.name.lowercased(), value: $0.value) }
      .filter { $0.name.hasPrefix("x-ms-") }
      .sorted { $0.name < $1.name }
      .map { "\($0.name):\($0.value)" }
    lines.append("/\(account)\(request.path)")
    let parameters = Dictionary(grouping: request.query.items) { $0.name.lowercased() }
    lines += parameters.sorted { $0.key < $1.key }
      .map { "\($0.key):\($0.value.map(\.value).sorted().joined(separator: ","))" }
    return lines.joined(separator: "\n")
  }
}
