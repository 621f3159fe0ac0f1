/// Why bytes from a client aren't a Flight SQL command, ticket or action.
package enum CommandError: Error, Hashable, Sendable {
  /// A descriptor with a path, or with no type.
  case notACommand
  /// No bytes, or bytes that aren't a `google.protobuf.Any` with a type.
  case notPacked
  /// A message this protocol doesn't know.
  case unknownCommand(String)
  /// The type is known, its bytes aren't a message of it.
  case malformed(String)
  /// An action this protocol doesn't know.
  case unknownAction(String)

  package var message: String {
    switch self {
    case .notACommand:
      "Flight SQL needs a descriptor of type CMD that holds a command; this one has none."
    case .notPacked:
      "A Flight SQL command is a google.protobuf.Any with a type URL; these bytes are not."
    case .unknownCommand(let name):
      "'\(name.prefix(200))' is not a Flight SQL command this server knows."
    case .malformed(let name):
      "The bytes of \(name) are not a valid message of that type."
    case .unknownAction(let type):
      "'\(type.prefix(200))' is not an action this server knows; ListActions names them."
    }
  }
}
