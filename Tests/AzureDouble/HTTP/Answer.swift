import NIOCore

/// A response, and how its way to the client is disturbed.
struct Answer {
  let response: Response
  var delay: TimeAmount?
  /// The connection is closed after so many bytes of the body.
  var cutAfterByteCount: Int?
  /// The connection is closed without a word.
  var isLost = false
}
