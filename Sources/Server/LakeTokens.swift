internal import AzureIdentity
internal import Engine
internal import Logging

/// The tokens of Azure that a lake is reached with, and where they go.
struct LakeTokens: Sendable {
  private let catalog: AccessTokenCache?
  private let storage: AccessTokenCache?
  private let waitLimit: Duration

  /// `nil` where a server needs none.
  init?(_ configuration: ServerConfiguration, logger: Logger) {
    guard configuration.usesStorageToken || configuration.usesCatalogToken else { return nil }
    let azure = configuration.azure
    let chain = CredentialChain(azure.credential ?? .auto)
    func cache(_ name: String, _ identifier: String) -> AccessTokenCache {
      AccessTokenCache(
        for: AzureResource(name: name, identifier: identifier),
        from: chain,
        margin: azure.refreshMargin,
        logger: logger
      )
    }
    self.catalog =
      configuration.usesCatalogToken ? cache("postgresql", azure.postgresResource) : nil
    self.storage = configuration.usesStorageToken ? cache("storage", azure.storageResource) : nil
    self.waitLimit = configuration.engine.lake.catalogWait
  }

  /// Gets the first tokens, for an engine that is yet to be opened.
  func fetch(for lake: inout LakeConfiguration) async throws {
    // One after the other: the first finds the credential.
    if let catalog { lake.postgres.password = try await self.first(of: catalog) }
    if let storage { lake.storage.azureAccessToken = try await self.first(of: storage) }
  }

  private func first(of cache: AccessTokenCache) async throws -> String {
    do {
      return try await cache.fetch(waiting: self.waitLimit).secret
    } catch let error as CredentialError {
      throw ConfigurationError(
        "no token of Azure for \(cache.name), with which the lake is reached: \(error.description)"
      )
    }
  }

  /// Gets the next tokens in time, and gives them to the engine.
  func run(for engine: Engine) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      if let catalog {
        group.addTask {
          try await catalog.run { try await engine.replaceCatalogPassword($0.secret) }
        }
      }
      if let storage {
        group.addTask {
          try await storage.run { try await engine.replaceStorageToken($0.secret) }
        }
      }
      try await group.waitForAll()
    }
  }

  var statuses: [TokenStatus] {
    get async {
      var statuses: [TokenStatus] = []
      for cache in [self.catalog, self.storage] {
        if let status = await cache?.status { statuses.append(status) }
      }
      return statuses
    }
  }
}
