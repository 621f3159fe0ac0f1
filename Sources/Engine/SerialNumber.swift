internal import Synchronization

/// Numbers sessions and statements in the order in which they come, for logs.
///
/// Unlike their handles, which open what they name to whoever knows them, numbers may be told.
package enum SerialNumber {
  private static let lastSession = Atomic<UInt64>(0)
  private static let lastStatement = Atomic<UInt64>(0)

  package static func nextSession() -> UInt64 {
    Self.lastSession.wrappingAdd(1, ordering: .relaxed).newValue
  }

  package static func nextStatement() -> UInt64 {
    Self.lastStatement.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
