extension Setting {
  /// Every setting, in the order of the manual.
  package static let all =
    Self.network + Self.authentication + Self.database + Self.lake + Self.storage + Self.azure
    + Self.logging
    + Self.limits + Self.health
}
