package import DuckDB

/// What an object storage has answered instead of doing what it was asked.
package enum StorageFailure: Hashable, Sendable {
  /// The server's credentials are none, or lack the right.
  case refused
  /// There is no such bucket or container.
  case containerMissing
  case fileMissing
  /// The storage is elsewhere, or takes requests of another kind.
  case misdirected
  /// It may succeed later.
  case busy

  /// Reads the answer off the message of an error; `nil` if it isn't about one.
  package init?(_ error: DuckDBError) {
    guard [.io, .http, .invalid].contains(error.code),
      let status = Self.status(in: error.message)
    else { return nil }
    switch status {
    case 401, 403: self = .refused
    case 404:
      self = Self.namesContainer(error.message) ? .containerMissing : .fileMissing
    case 300..<400, 400: self = .misdirected
    case 409, 429, 500..<600: self = .busy
    default: return nil
    }
  }

  /// What to look at, for whoever runs the server.
  package var advice: String? {
    switch self {
    case .refused:
      "The storage refuses the server's credentials: check its key, token or role, and their rights "
        + "on the lake's data path."
    case .containerMissing:
      "The storage has no such bucket or container: check the server's data path, and make it."
    case .misdirected:
      "The storage doesn't take the request: check the server's region and endpoint for it."
    case .fileMissing, .busy:
      nil
    }
  }

  private static func status(in message: String) -> Int? {
    // `httpfs` writes (HTTP 403 Forbidden), (HTTP code 403) or "returned HTTP 503"; Azure's client,
    // where the extension passes its words on, begins with the number.
    if let found = message.firstMatch(of: /HTTP (?:code )?([1-5][0-9]{2})\b/) {
      return Int(found.1)
    }
    if let found = message.prefixMatch(of: /Invalid Error: ([1-5][0-9]{2})\s/) {
      return Int(found.1)
    }
    // The extension for Azure has the phrase of HTTP alone, in quotes or without.
    guard let found = message.firstMatch(of: /Reason Phrase: '?([A-Z][A-Za-z ]+)/) else {
      return nil
    }
    return Self.phrases[String(found.1)]
  }

  private static let phrases = [
    "Bad Request": 400, "Unauthorized": 401, "Forbidden": 403, "Not Found": 404, "Conflict": 409,
    "Too Many Requests": 429, "Internal Server Error": 500, "Bad Gateway": 502,
    "Service Unavailable": 503, "Gateway Timeout": 504,
  ]

  private static func namesContainer(_ message: String) -> Bool {
    [
      "NoSuchBucket", "ContainerNotFound", "FilesystemNotFound",
      "The specified container does not exist", "The specified filesystem does not exist",
    ]
    .contains { message.contains($0) }
  }
}
