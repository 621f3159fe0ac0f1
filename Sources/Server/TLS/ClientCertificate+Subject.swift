internal import Foundation
internal import GRPCTransport
internal import NIOSSL
internal import SwiftASN1
internal import X509

extension ClientCertificate {
  /// `nil` if the subject has no common name, or several.
  init?(of certificate: NIOSSLCertificate) {
    guard let bytes = try? certificate.toDERBytes(),
      let parsed = try? Certificate(derEncoded: bytes)
    else { return nil }
    let names = parsed.subject.flatMap { $0 }
      .filter { $0.type == .RDNAttributeType.commonName }
    // What bears this name elsewhere, such as a snapshot, can't have a NUL in it.
    guard names.count == 1, let name = String(names[0].value), !name.isEmpty,
      !name.utf8.contains(0)
    else { return nil }
    self.init(name: name, expiry: certificate.expiry)
  }
}

extension NIOSSLCertificate {
  /// The end of its validity.
  var expiry: Date { Date(timeIntervalSince1970: TimeInterval(self.notValidAfter)) }
}
