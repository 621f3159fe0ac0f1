internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Asks over HTTP for tokens.
struct TokenClient: Sendable {
  /// Where storage's certificates are checked against, too.
  private static let authoritiesVariable = "CURL_CA_INFO"

  let environment: AzureEnvironment

  func get(
    _ url: String,
    query: [(name: String, value: String)],
    headers: [(String, String)],
    timeout: Duration
  ) async throws(CredentialError) -> TokenAnswer {
    var request = HTTPClientRequest(url: "\(url)?\(FormBody.text(query))")
    request.headers = HTTPHeaders(headers)
    return try await self.answer(request, timeout)
  }

  func post(
    _ url: String,
    form: [(name: String, value: String)],
    timeout: Duration
  ) async throws(CredentialError) -> TokenAnswer {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers = ["content-type": "application/x-www-form-urlencoded"]
    request.body = .bytes(ByteBuffer(string: FormBody.text(form)))
    return try await self.answer(request, timeout)
  }

  /// A client of its own each time: this is rare, and nothing is left open in between.
  private func answer(
    _ request: HTTPClientRequest,
    _ timeout: Duration
  ) async throws(CredentialError) -> TokenAnswer {
    do {
      let client = HTTPClient(configuration: try self.configuration(timeout))
      do {
        let answer = try await withDeadline(timeout) {
          try await Self.answer(request, timeout, client)
        }
        try await client.shutdown()
        return answer
      } catch {
        try? await client.shutdown()
        throw error
      }
    } catch let error as CredentialError {
      throw error
    } catch let error as HTTPClientError {
      throw CredentialError(.passing, "no answer: \(error.shortDescription)")
    } catch is CancellationError {
      throw CredentialError(.passing, "cancelled")
    } catch is DeadlineExceeded {
      throw CredentialError(.passing, "no answer within \(timeout / .seconds(1)) s")
    } catch is NIOTooManyBytesError {
      throw CredentialError(.refused, "the answer is too long")
    } catch let error as NIOConnectionError {
      let reason = error.connectionErrors.first.map { "\($0.error)" } ?? "its name isn't known"
      throw CredentialError(.passing, "no connection: \(reason)")
    } catch {
      throw CredentialError(.passing, "no answer: \(error)")
    }
  }

  private func configuration(
    _ timeout: Duration
  ) throws(CredentialError) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    // Secrets go where the variables say, not where an answer says.
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = TimeAmount(timeout)
    configuration.timeout.read = TimeAmount(timeout)
    if let path = self.environment[Self.authoritiesVariable] {
      guard let authorities = try? NIOSSLCertificate.fromPEMFile(path), !authorities.isEmpty else {
        throw CredentialError(.refused, "\(Self.authoritiesVariable) names no PEM file")
      }
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(authorities)
      configuration.tlsConfiguration = tls
    }
    return configuration
  }

  private static func answer(
    _ request: HTTPClientRequest,
    _ timeout: Duration,
    _ client: HTTPClient
  ) async throws -> TokenAnswer {
    let response = try await client.execute(request, timeout: TimeAmount(timeout))
    let body = try await response.body.collect(upTo: TokenAnswer.byteLimit)
    return TokenAnswer(status: Int(response.status.code), body: Data(body.readableBytesView))
  }
}
