import GRPCCore
import GRPCTransport
import NIOCore
import Synchronization

extension EchoService {
  /// Some of the methods once more, answered without GRPCCore's dispatch.
  var directMethods: [DirectMethod] {
    [
      direct("DirectUnary", .unary) { call in
        let message = try await call.message()
        try await call.begin([:])
        try await call.write(Rope(head: message))
      },
      direct("DirectServerStreaming", .serverStreaming) { call in
        let (count, message) = try Self.stream(try await Self.text(of: call))
        try await call.begin([:])
        for _ in 0..<count {
          try await call.write(message)
          counters.sentMessages.add(1, ordering: .relaxed)
        }
      },
      direct("DirectFail", .unary) { call in
        throw try Self.error(try await Self.text(of: call))
      },
      direct("DirectFailLate", .serverStreaming) { call in
        let error = try Self.error(try await Self.text(of: call))
        try await call.begin([:])
        try await call.write(Rope("before".utf8))
        throw error
      },
      direct("DirectSlow", .unary) { call in
        let duration = Duration.milliseconds(Int(try await Self.text(of: call)) ?? 0)
        counters.running.add(1, ordering: .relaxed)
        defer { counters.running.subtract(1, ordering: .relaxed) }
        call.onCancel { counters.cancelled.add(1, ordering: .relaxed) }
        try await Task.sleep(for: duration)
        try await call.begin([:])
        try await call.write(Rope("slept".utf8))
      },
    ]
  }

  private func direct(
    _ method: String,
    _ type: MethodDescriptor.RPCType,
    _ answer: @escaping @Sendable (DirectCall) async throws -> Void
  ) -> DirectMethod {
    DirectMethod(
      MethodDescriptor(fullyQualifiedService: "test.Echo", method: method, type: type)
    ) { call in
      do {
        try await answer(call)
        await call.end()
      } catch let error as RPCError {
        await call.end(error)
      } catch {
        await call.end(RPCError(code: .unknown, message: "", cause: error))
      }
    }
  }

  private static func text(of call: DirectCall) async throws -> String {
    String(buffer: try await call.message())
  }
}
