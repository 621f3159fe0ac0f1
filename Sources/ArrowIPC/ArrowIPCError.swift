/// Why a message could not be decoded.
package struct ArrowIPCError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// The metadata is not a well-formed flatbuffer.
    case malformedMetadata
    /// The schema breaks a rule of the Arrow format.
    case invalidSchema
    /// A batch contradicts its schema, its body or itself.
    case invalidBatch
    /// A well-formed message that has no place at this point of the stream.
    case unexpectedMessage
    /// Valid Arrow that this decoder does not read, such as compressed bodies.
    case unsupported
    /// One of `DecoderLimits` was exceeded.
    case limitExceeded
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The same error, told to have happened inside of something.
  func inside(_ kind: String, _ name: String) -> ArrowIPCError {
    ArrowIPCError(self.code, "\(kind) \"\(name.prefix(64))\": \(self.message)")
  }
}

extension ArrowIPCError: CustomStringConvertible {
  package var description: String { self.message }
}
