internal import Foundation
internal import SwiftProtobuf

extension Google_Protobuf_Timestamp {
  /// The time of day of an instant on the clock that deadlines are kept by.
  init(_ instant: ContinuousClock.Instant) {
    let interval = (instant - .now) / .seconds(1)
    self.init(date: Date(timeIntervalSinceNow: interval))
  }
}
