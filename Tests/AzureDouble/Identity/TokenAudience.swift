/// What a token is for.
enum TokenAudience: String {
  case storage = "https://storage.azure.com"
  case postgres = "https://ossrdbms-aad.database.windows.net"

  /// - Parameter text: A resource, or a scope.
  init?(_ text: String) {
    var resource = text[...]
    if resource.hasSuffix("/.default") { resource = resource.dropLast("/.default".count) }
    while resource.hasSuffix("/") { resource = resource.dropLast() }
    self.init(rawValue: String(resource))
  }
}
