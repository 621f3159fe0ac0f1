import AzureIdentity
import Foundation
import Logging
import Synchronization
import Testing

@Suite struct AccessTokenCacheTests {
  private func cache(_ endpoint: TokenEndpoint) -> AccessTokenCache {
    let variables = ["IDENTITY_ENDPOINT": endpoint.url, "IDENTITY_HEADER": "h"]
    return AccessTokenCache(
      for: AzureResource(name: "storage", identifier: "https://storage.azure.com"),
      from: CredentialChain(.managedIdentity, environment: AzureEnvironment { variables }),
      margin: .seconds(300),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
  }

  @Test func `Who asks at the same time shares one request`() async throws {
    let endpoint = try await TokenEndpoint { #"{"access_token":"T","expires_in":3600}"# }
    let cache = self.cache(endpoint)
    try await withThrowingTaskGroup(of: AccessToken.self) { group in
      for _ in 0..<20 { group.addTask { try await cache.fetch(waiting: .zero) } }
      for try await token in group { #expect(token.secret == "T") }
    }
    #expect(endpoint.requests.count < 20)
    #expect(await cache.status?.state == .ok)
    try await endpoint.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `Tokens are delivered anew, and one that can't be is fetched again`() async throws {
    let count = Mutex(0)
    let endpoint = try await TokenEndpoint {
      let number = count.withLock { count in
        count += 1
        return count
      }
      return #"{"access_token":"T\#(number)","expires_in":2}"#
    }
    let cache = self.cache(endpoint)
    #expect(try await cache.fetch(waiting: .zero).secret == "T1")
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    let running = Task {
      try await cache.run { token in
        continuation.yield(token.secret)
        struct Refused: Error {}
        if token.secret == "T2" { throw Refused() }
      }
    }
    var seen: [String] = []
    for await secret in stream {
      seen.append(secret)
      if secret == "T3" { break }
    }
    #expect(seen == ["T2", "T3"])
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
    try await endpoint.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `What may pass is waited for, and what won't isn't`() async throws {
    let count = Mutex(0)
    let endpoint = try await TokenEndpoint { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      return [
        number == 1
          ? TokenEndpoint.answer(status: 503, "{}")
          : TokenEndpoint.answer(#"{"access_token":"T","expires_in":60}"#)
      ]
    }
    #expect(try await self.cache(endpoint).fetch(waiting: .seconds(30)).secret == "T")
    try await endpoint.close()
    let refusing = try await TokenEndpoint(status: 400) { "{}" }
    let cache = self.cache(refusing)
    await #expect(throws: CredentialError.self) { try await cache.fetch(waiting: .seconds(30)) }
    #expect(refusing.requests.count == 1)
    #expect(await cache.status == nil)
    try await refusing.close()
  }
}
