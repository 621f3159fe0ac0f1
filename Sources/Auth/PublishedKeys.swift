internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// The keys that an issuer publishes as a JSON Web Key Set.
///
/// They are fetched now and then, and when a token names one that isn't known. Where that fails, the
/// keys there are stay.
final class PublishedKeys: Sendable {
  private struct State {
    var keys: [VerificationKey] = []
    var fetched: ContinuousClock.Instant?
    var attempted: ContinuousClock.Instant?
    var attempt: Task<Void, Never>?
  }

  private static let refreshInterval = Duration.seconds(600)
  /// Unknown keys in tokens don't make the server ask more often than this.
  private static let attemptInterval = Duration.seconds(10)
  /// How long an address may take to answer, and then for the rest of the answer.
  private static let timeout = TimeAmount.seconds(5)
  private static let byteLimit = 1 << 20

  private let url: KeySetURL
  private let logger: Logger
  private let state = Mutex(State())

  init(url: KeySetURL, logger: Logger) {
    self.url = url
    self.logger = logger
  }

  var keys: [VerificationKey] { self.state.withLock { $0.keys } }

  /// Fetches the keys if they are old.
  ///
  /// Where the task is cancelled, whoever else waits for them gets none either.
  func refreshIfDue() async {
    let fetched = self.state.withLock { $0.fetched }
    guard fetched.map({ $0 + Self.refreshInterval < .now }) ?? true else { return }
    let attempt = self.attempt()
    await withTaskCancellationHandler {
      await attempt?.value
    } onCancel: {
      attempt?.cancel()
    }
  }

  /// Fetches the keys, or waits for whoever does already; not if that was tried just now.
  func refresh() async {
    await self.attempt()?.value
  }

  private func attempt() -> Task<Void, Never>? {
    self.state.withLock { state in
      if let attempt = state.attempt { return attempt }
      if let attempted = state.attempted, attempted + Self.attemptInterval > .now { return nil }
      state.attempted = .now
      let attempt = Task { await self.fetch() }
      state.attempt = attempt
      return attempt
    }
  }

  private func fetch() async {
    var failure: String?
    do {
      let keys = try await VerificationKey.keys(inKeySet: try await self.download())
      self.state.withLock { state in
        state.keys = keys
        state.fetched = .now
      }
      if keys.isEmpty {
        self.logger.warning(
          "key set: it holds no RSA or P-256 key for signatures: no token of others counts",
          metadata: ["url": "\(self.url.text)"]
        )
      }
    } catch {
      failure = Self.reason(for: error)
    }
    self.state.withLock { $0.attempt = nil }
    if let failure, !Task.isCancelled {
      self.logger.warning(
        "key set: keeping the keys there are: \(failure)",
        metadata: ["url": "\(self.url.text)", "keys": "\(self.keys.count)"]
      )
    }
  }

  /// A client of its own each time: this is rare, and nothing is left open in between.
  private func download() async throws -> Data {
    var configuration = HTTPClient.Configuration()
    // The keys are where the setting says, not where an answer says.
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = Self.timeout
    configuration.timeout.read = Self.timeout
    // It is tried again anyway, and then the reason is the connection's own.
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(configuration: configuration)
    do {
      let response = try await client.execute(
        HTTPClientRequest(url: self.url.text),
        timeout: Self.timeout
      )
      guard response.status == .ok else {
        throw AuthConfigurationError("the answer's status is \(response.status.code)")
      }
      let body = try await Self.content(of: response)
      try await client.shutdown()
      return body
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  /// The client's own deadline ends with the head of the answer, and its time between two reads
  /// never, if something keeps coming.
  private static func content(of response: HTTPClientResponse) async throws -> Data {
    let end = NIODeadline.now() + Self.timeout
    var content = Data()
    for try await part in response.body {
      content.append(contentsOf: part.readableBytesView)
      guard content.count <= Self.byteLimit else {
        throw AuthConfigurationError("the answer is longer than \(Self.byteLimit) bytes")
      }
      guard NIODeadline.now() < end else {
        throw AuthConfigurationError(
          "the answer takes longer than \(Self.timeout.nanoseconds / 1_000_000_000) s"
        )
      }
    }
    return content
  }

  private static func reason(for error: any Error) -> String {
    switch error {
    case let error as AuthConfigurationError: return "\(error)"
    case let error as HTTPClientError: return "no answer: \(error.shortDescription)"
    case is DecodingError: return "the answer is no JSON Web Key Set"
    case let error as NIOConnectionError:
      return "no connection: \(error.connectionErrors.first.map { "\($0.error)" } ?? "no address")"
    default:
      let text = "\(error)"
      // The description of OpenSSL's errors names files of the machine it was built on.
      return text.contains("CERTIFICATE_VERIFY_FAILED")
        ? "its certificate isn't of an authority that this machine trusts, or not for its name"
        : "no answer: \(text)"
    }
  }
}
