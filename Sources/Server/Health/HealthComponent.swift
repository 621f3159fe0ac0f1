package import Foundation

/// A part of the server, as it was last seen.
package struct HealthComponent: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// It hasn't been looked at yet.
    case unknown
    case serving
    /// It works, and something is wrong, for a reason that anybody may read.
    case degraded(String)
    /// With a reason that anybody may read.
    case notServing(String)

    /// As it is told.
    var word: String {
      switch self {
      case .unknown: "unknown"
      case .serving: "serving"
      case .degraded: "degraded"
      case .notServing: "not_serving"
      }
    }

    var reason: String? {
      switch self {
      case .unknown, .serving: nil
      case .degraded(let reason), .notServing(let reason): reason
      }
    }
  }

  package let name: String
  package internal(set) var state = State.unknown
  /// What else anybody may read of its parts, by their names.
  package internal(set) var details: [String: String] = [:]
  /// When it began to be so, whatever its reasons were meanwhile.
  package internal(set) var since: Date

  var isServing: Bool {
    switch self.state {
    case .serving, .degraded: true
    case .unknown, .notServing: false
    }
  }
}
