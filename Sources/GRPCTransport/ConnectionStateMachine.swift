package import NIOHTTP2

/// The life of a connection: when it says goodbye and when it closes.
package struct ConnectionStateMachine {
  private enum State {
    case handshaking
    case open
    /// Told to go away, but streams that were under way may still arrive.
    case announcing
    /// The client knows the last stream that will be served.
    case draining
    case closing
  }

  package enum DrainAction: Equatable {
    /// Announce the end, and ping to learn when the client has seen the announcement.
    case sendGoAwayAndPing
    case close
    case none
  }

  package enum AnnouncedAction: Equatable {
    case sendGoAway(last: HTTP2StreamID)
    case close
    case none
  }

  private var state = State.handshaking
  package private(set) var streamCount = 0
  package private(set) var lastStreamID = HTTP2StreamID.rootStream

  package init() {}

  package var isHandshaking: Bool {
    if case .handshaking = state { true } else { false }
  }

  /// Whether streams that arrive now are served.
  package var admitsStreams: Bool {
    switch state {
    case .handshaking, .open, .announcing: true
    case .draining, .closing: false
    }
  }

  package mutating func receivedSettings() {
    if case .handshaking = state { state = .open }
  }

  package mutating func streamBegan(_ id: HTTP2StreamID) {
    lastStreamID = max(lastStreamID, id)
    streamCount += 1
  }

  /// Returns whether the connection is to be closed now.
  package mutating func streamEnded() -> Bool {
    streamCount -= 1
    guard streamCount == 0, case .draining = state else { return false }
    state = .closing
    return true
  }

  package mutating func beginDrain() -> DrainAction {
    switch state {
    case .handshaking:
      state = .closing
      return .close
    case .open:
      state = .announcing
      return .sendGoAwayAndPing
    case .announcing, .draining, .closing:
      return .none
    }
  }

  /// The client has seen the announcement, or has had time enough to.
  package mutating func announced() -> AnnouncedAction {
    guard case .announcing = state else { return .none }
    guard streamCount > 0 else {
      state = .closing
      return .close
    }
    state = .draining
    return .sendGoAway(last: lastStreamID)
  }
}
