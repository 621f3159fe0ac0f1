internal import Foundation
package import Logging

/// Keeps a token for one resource, and gets the next in time.
package actor AccessTokenCache {
  private static let firstDelay = Duration.seconds(1)
  private static let longestDelay = Duration.seconds(5)
  /// How long the clock isn't looked at while nothing is due: it may be set, or the machine sleep.
  private static let longestSleep = 60.0

  private let resource: AzureResource
  private let chain: CredentialChain
  private let logger: Logger
  private var schedule: RefreshSchedule
  private var token: AccessToken?
  /// The token that is in use.
  private var delivered: AccessToken?
  private var attempt: Task<Result<AccessToken, CredentialError>, Never>?
  private var failure: String?

  /// - Parameter margin: How long before its expiry a token is replaced at the latest.
  package init(
    for resource: AzureResource,
    from chain: CredentialChain,
    margin: Duration,
    logger: Logger
  ) {
    self.resource = resource
    self.chain = chain
    self.schedule = RefreshSchedule(margin: margin / .seconds(1))
    var logger = logger
    logger[metadataKey: "token"] = "\(resource.name)"
    self.logger = logger
  }

  /// Of the resource.
  package nonisolated var name: String { self.resource.name }

  /// `nil` before the first token.
  package var status: TokenStatus? {
    guard let state = self.schedule.state(at: Date()), let obtained = self.schedule.obtained,
      let expiry = self.schedule.expiry
    else { return nil }
    return TokenStatus(
      name: self.resource.name,
      state: state,
      obtained: obtained,
      expiry: expiry,
      failure: state == .ok ? nil : self.failure
    )
  }

  /// The first token, which the caller puts to use.
  ///
  /// - Parameter limit: How long it is tried again what may pass.
  package func fetch(waiting limit: Duration) async throws -> AccessToken {
    let deadline = ContinuousClock.now + limit
    var delay = Self.firstDelay
    while true {
      do {
        let token = try await self.refreshed()
        self.delivered = token
        return token
      } catch {
        guard error.code == .passing, .now + delay < deadline else { throw error }
        try await Task.sleep(for: delay)
        delay = min(delay * 2, Self.longestDelay)
      }
    }
  }

  /// Gets tokens until the task is cancelled.
  ///
  /// - Parameter deliver: Puts a token to use; if it can't, it gets it again.
  package func run(deliver: @Sendable (AccessToken) async throws -> Void) async throws {
    while true {
      let delay = self.schedule.due.timeIntervalSinceNow
      guard delay <= 0 else {
        try await Task.sleep(for: .seconds(min(delay, Self.longestSleep)))
        continue
      }
      do {
        let token = try await self.refreshed()
        try Task.checkCancellation()
        guard token != self.delivered else { continue }
        do {
          try await deliver(token)
        } catch {
          self.noteFailure("it can't be put to use: \(error)")
          continue
        }
        self.delivered = token
        self.logger.info(
          "token renewed",
          metadata: ["expires": "\(token.expiry.formatted(.iso8601))"]
        )
      } catch {
        try Task.checkCancellation()
      }
    }
  }

  /// Asks for a token, or waits for whoever does already.
  ///
  /// - Returns: The old one where Azure has no newer.
  private func refreshed() async throws(CredentialError) -> AccessToken {
    let attempt = self.attempt ?? Task { await self.ask() }
    self.attempt = attempt
    let result = await withTaskCancellationHandler {
      await attempt.value
    } onCancel: {
      attempt.cancel()
    }
    return try result.get()
  }

  private func ask() async -> Result<AccessToken, CredentialError> {
    defer { self.attempt = nil }
    do throws(CredentialError) {
      let new = try await self.chain.token(for: self.resource)
      let isNew = self.schedule.note(expiry: new.expiry, at: Date())
      let token = isNew ? new : self.token ?? new
      self.token = token
      self.failure = nil
      return .success(token)
    } catch {
      if !Task.isCancelled { self.noteFailure(error.description) }
      return .failure(error)
    }
  }

  private func noteFailure(_ reason: String) {
    let now = Date()
    self.schedule.noteFailure(at: now)
    self.failure = reason
    // The first is waited for by whoever starts the server, and told by it.
    guard let state = self.schedule.state(at: now) else { return }
    self.logger.warning(
      "the old token is kept: \(reason)",
      metadata: [
        "state": "\(state.rawValue)", "next": "\(self.schedule.due.formatted(.iso8601))",
      ]
    )
  }
}
