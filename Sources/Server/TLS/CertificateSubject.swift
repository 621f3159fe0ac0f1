internal import NIOSSL
internal import SwiftASN1
internal import X509

/// Whom a certificate is for.
enum CertificateSubject {
  /// The subject's common name; `nil` if it has none or several.
  static func commonName(of certificate: NIOSSLCertificate) -> String? {
    guard let bytes = try? certificate.toDERBytes(),
      let subject = try? Certificate(derEncoded: bytes).subject
    else { return nil }
    let names = subject.flatMap { $0 }
      .filter { $0.type == .RDNAttributeType.commonName }
      .compactMap { String($0.value) }
    // What bears this name elsewhere, such as a snapshot, can't have a NUL in it.
    guard names.count == 1, let name = names.first, !name.isEmpty, !name.utf8.contains(0) else {
      return nil
    }
    return name
  }
}
