internal import DuckDB
internal import NIOPosix

extension Engine {
  /// Replaces the password of the lake's catalog: connections to its server that are made from now
  /// on have the new one, and those that are there go on.
  package func replaceCatalogPassword(_ password: String) async throws {
    guard let lake = self.resources.lake else { return }
    // It writes a file.
    try await NIOThreadPool.singleton.runIfActive {
      do {
        try lake.replacePassword(password)
      } catch {
        throw LakeError(description: "the catalog's password can't be written (\(error))")
      }
    }
  }

  /// Replaces the token of the lake's storage, for transactions that begin from now on; one that is
  /// open keeps the old one.
  package func replaceStorageToken(_ token: String) async throws {
    guard let lake = self.resources.lake else { return }
    let statement = lake.storageTokenStatement(token)
    // Not a worker: they may all be busy for longer than the old token counts.
    try await NIOThreadPool.singleton.runIfActive {
      do throws(DuckDBError) {
        try self.resources.database.connect().execute(statement)
      } catch {
        if error.code == .fatal { self.resources.invalidation.occur() }
        // DuckDB's text may repeat the statement, and that has the token.
        throw LakeError(description: "DuckDB doesn't take the token (\(error.code))")
      }
    }
  }
}
