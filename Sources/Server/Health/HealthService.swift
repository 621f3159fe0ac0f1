internal import FlightProtocol
internal import GRPCCore

/// Serves `grpc.health.v1.Health`.
struct HealthService: RegistrableRPCService {
  /// What can be asked for: the whole server, and what it serves by two names.
  ///
  /// They are one thing, so their state is the same.
  private static let services = ["", "arrow.flight.protocol.FlightService", "lakehouse.FlightSql"]

  private let monitor: HealthMonitor

  init(monitor: HealthMonitor) {
    self.monitor = monitor
  }

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: Self.method("Check", .unary),
      deserializer: ProtobufCoder<GRPCHealthCheckRequest>(),
      serializer: ProtobufCoder<GRPCHealthCheckResponse>()
    ) { request, _ in
      let service = try await request.singleMessage().service
      guard Self.services.contains(service) else { throw Self.unknownService }
      return .single(GRPCHealthCheckResponse(isServing: self.monitor.report.isServing))
    }
    router.registerHandler(
      forMethod: Self.method("List", .unary),
      deserializer: ProtobufCoder<GRPCHealthListRequest>(),
      serializer: ProtobufCoder<GRPCHealthListResponse>()
    ) { request, _ in
      _ = try await request.singleMessage()
      let status = GRPCHealthCheckResponse(isServing: self.monitor.report.isServing)
      var response = GRPCHealthListResponse()
      for service in Self.services { response.statuses[service] = status }
      return .single(response)
    }
    router.registerHandler(
      forMethod: Self.method("Watch", .serverStreaming),
      deserializer: ProtobufCoder<GRPCHealthCheckRequest>(),
      serializer: ProtobufCoder<GRPCHealthCheckResponse>()
    ) { request, _ in
      let service = try await request.singleMessage().service
      return StreamingServerResponse { writer in
        guard let watch = self.monitor.watch() else { throw Self.tooManyWatchers }
        await Self.tell(writer, watch, isKnown: Self.services.contains(service))
        return [:]
      }
    }
  }

  /// Tells a client of every change, until it leaves or the health service ends.
  ///
  /// A service that isn't known now may be one day in another server: its client stays, and hears
  /// that once.
  private static func tell(
    _ writer: RPCWriter<GRPCHealthCheckResponse>,
    _ watch: HealthWatch,
    isKnown: Bool
  ) async {
    defer { watch.end() }
    await withRPCCancellationHandler {
      var last: GRPCHealthCheckResponse?
      for await isServing in watch.states {
        var next = GRPCHealthCheckResponse(isServing: isServing)
        if !isKnown { next.status = .serviceUnknown }
        guard next != last else { continue }
        last = next
        do {
          try await writer.write(next)
        } catch {
          // The client has left.
          return
        }
      }
    } onCancelRPC: {
      watch.end()
    }
  }

  private static func method(_ name: String, _ type: MethodDescriptor.RPCType) -> MethodDescriptor {
    MethodDescriptor(fullyQualifiedService: "grpc.health.v1.Health", method: name, type: type)
  }

  private static let unknownService = RPCError(
    code: .notFound,
    message: "There is no such service here; List tells those there are."
  )

  private static let tooManyWatchers = RPCError(
    code: .resourceExhausted,
    message: "Too many clients watch the server's health already."
  )
}

extension GRPCHealthCheckResponse {
  fileprivate init(isServing: Bool) {
    self.init()
    self.status = isServing ? .serving : .notServing
  }
}

extension StreamingServerResponse {
  fileprivate static func single(_ message: Message) -> Self {
    Self { writer in
      try await writer.write(message)
      return [:]
    }
  }
}
