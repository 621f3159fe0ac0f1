/// The PEM files that a server encrypts its connections with.
package struct TLSFiles: Hashable, Sendable {
  /// The server's certificate, followed by those that lead to its issuer.
  package var certificateChain: String
  package var privateKey: String
  /// Certificates of the authorities whose clients are let in; without it any client is.
  package var clientAuthorities: String?

  package init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clientAuthorities = clientAuthorities
  }

  var all: [String] {
    [self.certificateChain, self.privateKey] + (self.clientAuthorities.map { [$0] } ?? [])
  }
}

/// PEM files that can't be used, with the reason.
package struct TLSError: Error, CustomStringConvertible {
  package let description: String
}
