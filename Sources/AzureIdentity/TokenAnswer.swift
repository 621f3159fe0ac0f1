internal import Foundation

/// What was answered to a request for a token, by whoever it was.
struct TokenAnswer: Sendable {
  static let byteLimit = 256 << 10

  let status: Int
  let body: Data

  /// The token in it.
  ///
  /// - Parameter secrets: What was sent, and must not come back in an error.
  func token(at now: Date, hiding secrets: [String] = []) throws(CredentialError) -> AccessToken {
    guard self.status == 200 else {
      throw CredentialError(self.isPassing ? .passing : .refused, self.reason(hiding: secrets))
    }
    guard let fields = try? JSONDecoder().decode(Fields.self, from: self.body),
      let secret = fields.access_token ?? fields.accessToken
    else { throw CredentialError(.refused, "the answer has no token") }
    guard let expiry = fields.expiry(from: now) else {
      throw CredentialError(.refused, "the answer doesn't say until when its token counts")
    }
    guard let token = AccessToken(secret, expiry: expiry) else {
      throw CredentialError(.refused, "the answer's token isn't one")
    }
    guard expiry > now else { throw CredentialError(.passing, "the answer's token has expired") }
    return token
  }

  /// Whether the same request may succeed later: identities that were just assigned aren't known at
  /// once, and services are busy.
  private var isPassing: Bool {
    [404, 408, 410, 429].contains(self.status) || (500...599).contains(self.status)
  }

  private func reason(hiding secrets: [String]) -> String {
    guard let failure = try? JSONDecoder().decode(Failure.self, from: self.body) else {
      return "status \(self.status)"
    }
    let told = [failure.error, failure.error_description ?? failure.message].compactMap { $0 }.map {
      text in
      secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "***") }
    }
    let parts = ["status \(self.status)"] + told.map(Self.firstLine).filter { !$0.isEmpty }
    return parts.joined(separator: ": ")
  }

  /// Printable text, and not much of it.
  private static func firstLine(of text: String) -> String {
    let line = text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
      .filter { $0.isASCII && (0x20...0x7e).contains($0.value) }
    return String(String.UnicodeScalarView(line.prefix(300)))
  }
}

extension TokenAnswer {
  /// The fields of all services, whose names they have given them.
  private struct Fields: Decodable {
    let access_token: String?
    let accessToken: String?
    /// Seconds since 1970.
    let expires_on: Number?
    /// Seconds from now on.
    let expires_in: Number?

    func expiry(from now: Date) -> Date? {
      // An answer that says both is from a cache: the second may count from when it got there.
      if let seconds = self.expires_on?.value { return Date(timeIntervalSince1970: seconds) }
      return self.expires_in.map { now.addingTimeInterval($0.value) }
    }
  }

  /// A number, which some services write as a text.
  private struct Number: Decodable {
    /// Beyond it, no calendar goes on.
    private static let limit = 253_402_300_799.0

    let value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let number =
        if let number = try? container.decode(Double.self) { Double?.some(number) } else {
          Double(try container.decode(String.self))
        }
      guard let number, number.isFinite, (0...Self.limit).contains(number) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "no such number")
      }
      self.value = number
    }
  }

  private struct Failure: Decodable {
    let error: String?
    let error_description: String?
    let message: String?
  }
}
