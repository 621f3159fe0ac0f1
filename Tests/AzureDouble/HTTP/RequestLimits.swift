import NIOCore

/// What a client may take for one request.
struct RequestLimits {
  let bodyByteCount: Int
  /// From its first line to the end of its body; then the connection ends.
  let time: TimeAmount
}
