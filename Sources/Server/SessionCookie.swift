internal import Engine
internal import GRPCCore

/// How a session's id travels: as the cookie of the Flight specification, and as a bearer token
/// for clients that keep no cookies but adopt the `authorization` header of any response.
enum SessionCookie {
  private static let cookieStart = "arrow_flight_session_id="
  private static let tokenPrefix = "session-"

  /// The id that a client sent as a cookie.
  static func cookie(in metadata: Metadata) -> Handle? {
    for header in metadata[stringValues: "cookie"] {
      // Bytes, not characters: the one before a semicolon may join it.
      for cookie in header.utf8.split(separator: UInt8(ascii: ";")) {
        let text = Substring(cookie.drop { $0 == UInt8(ascii: " ") })
        guard text.utf8.starts(with: cookieStart.utf8) else { continue }
        if let id = Handle(text: Substring(text.utf8.dropFirst(cookieStart.utf8.count))) {
          return id
        }
      }
    }
    return nil
  }

  /// The id that a client sent as a bearer token, where nobody is asked who they are.
  static func token(in metadata: Metadata) -> Handle? {
    for header in metadata[stringValues: "authorization"] {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix(tokenPrefix)
      else { continue }
      if let id = Handle(text: parts[1].dropFirst(tokenPrefix.count)) { return id }
    }
    return nil
  }

  static func cookie(for session: Session) -> Metadata {
    ["set-cookie": "\(cookieStart)\(session.id.text)"]
  }

  /// The response headers that tell a client the id of its new session.
  static func metadata(for session: Session) -> Metadata {
    [
      "set-cookie": "\(cookieStart)\(session.id.text)",
      "authorization": "Bearer \(tokenPrefix)\(session.id.text)",
    ]
  }
}
