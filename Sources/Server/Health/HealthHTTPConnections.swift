internal import NIOCore

/// The open HTTP connections, of which there are only so many.
///
/// One more takes the place of the oldest: whoever opens connections and says nothing doesn't
/// keep probes out. Probes ask as soon as they are connected.
///
/// What is to be closed is returned: closing may call back at once, and remove.
struct HealthHTTPConnections {
  private let limit: Int
  private var channels: [UInt64: any Channel] = [:]
  private var oldest: UInt64 = 0
  private var next: UInt64 = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// Adds a connection; `displaced` has to make room for it.
  mutating func add(_ channel: any Channel) -> (number: UInt64, displaced: (any Channel)?) {
    let displaced = self.channels.count >= self.limit ? self.removeOldest() : nil
    defer { self.next += 1 }
    self.channels[self.next] = channel
    return (self.next, displaced)
  }

  mutating func remove(_ number: UInt64) {
    self.channels[number] = nil
  }

  mutating func removeAll() -> [any Channel] {
    defer { self.channels = [:] }
    return Array(self.channels.values)
  }

  private mutating func removeOldest() -> (any Channel)? {
    while self.oldest < self.next {
      defer { self.oldest += 1 }
      if let channel = self.channels.removeValue(forKey: self.oldest) { return channel }
    }
    return nil
  }
}
