internal import Engine
internal import FlightProtocol
internal import SwiftProtobuf

extension FlightService {
  func setSessionOptions(
    _ request: FlightSetSessionOptionsRequest,
    _ call: Call
  ) async throws -> [UInt8] {
    let errors = try await call.session.set(
      request.sessionOptions.mapValues { SessionOption($0) },
      cancellation: call.cancellation
    )
    var result = FlightSetSessionOptionsResult()
    result.errors = errors.mapValues { error in
      var message = FlightSetSessionOptionsResult.Error()
      message.value =
        switch error {
        case .invalidName: .invalidName
        case .invalidValue: .invalidValue
        case .error: .error
        }
      return message
    }
    return try result.serializedBytes()
  }

  func getSessionOptions(_ call: Call) async throws -> [UInt8] {
    let options = try await call.session.options(cancellation: call.cancellation)
    var result = FlightGetSessionOptionsResult()
    result.sessionOptions = options.mapValues { FlightSessionOptionValue($0) }
    return try result.serializedBytes()
  }

  func closeSession(_ call: Call) throws -> [UInt8] {
    self.engine.sessions.close(call.session)
    var result = FlightCloseSessionResult()
    result.status = .closed
    return try result.serializedBytes()
  }
}

extension SessionOption {
  /// `nil` for a value without content, which unsets the option.
  fileprivate init?(_ message: FlightSessionOptionValue) {
    switch message.optionValue {
    case .stringValue(let value): self = .text(value)
    case .boolValue(let value): self = .boolean(value)
    case .int64Value(let value): self = .integer(value)
    case .doubleValue(let value): self = .number(value)
    case .stringListValue(let list): self = .texts(list.values)
    case nil: return nil
    }
  }
}

extension FlightSessionOptionValue {
  fileprivate init(_ option: SessionOption) {
    self.init()
    self.optionValue =
      switch option {
      case .text(let value): .stringValue(value)
      case .boolean(let value): .boolValue(value)
      case .integer(let value): .int64Value(value)
      case .number(let value): .doubleValue(value)
      case .texts(let values): .stringListValue(.with { $0.values = values })
      }
  }
}
