package import Foundation

/// A part of the server, as it was last seen.
package struct HealthComponent: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// It hasn't been looked at yet.
    case unknown
    case serving
    /// With a reason that anybody may read.
    case notServing(String)
  }

  package let name: String
  package internal(set) var state = State.unknown
  /// When it began to be so, whatever its reasons were meanwhile.
  package internal(set) var since: Date

  var isServing: Bool { self.state == .serving }
}
