internal import GRPCCore

extension GRPCServer {
  /// Serves until a graceful shutdown, which may come before the first client could.
  ///
  /// - Throws: What the transport has thrown.
  func serveUntilShutdown() async throws {
    do {
      try await self.serve()
    } catch let error as RuntimeError where error.code == .serverIsStopped {
      // It was stopped before it could begin.
    } catch let error as RuntimeError where error.code == .transportError {
      throw error.cause ?? error
    }
  }
}
