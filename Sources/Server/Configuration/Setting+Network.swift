extension Setting {
  /// Where the server listens, and with which certificates.
  static let network: [Setting] = [
    Setting(
      "host",
      \.host,
      .listeningHost,
      "The address to listen on, or unix:PATH; else 0.0.0.0 where clients are asked who they are, "
        + "and 127.0.0.1 where they aren't."
    ),
    Setting(
      "port",
      \.port,
      .integer(0...65_535),
      "The port to listen on; 0 takes a free one and prints it."
    ),
    Setting(
      "tls-cert",
      \.certificateChainPath,
      .optionalText,
      "A PEM file with the server's certificate, for TLS; read again when it changes."
    ),
    Setting(
      "tls-key",
      \.privateKeyPath,
      .optionalText,
      "A PEM file with the certificate's private key."
    ),
    Setting(
      "mtls-ca",
      \.clientAuthoritiesPath,
      .optionalText,
      "A PEM file with the authorities whose clients' certificates are accepted (mTLS)."
    ),
  ]
}
