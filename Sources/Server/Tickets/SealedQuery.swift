package import Engine
package import Foundation
internal import NIOCore

/// What is inside the seal of a ticket.
package struct SealedQuery: Hashable, Sendable {
  package static let fingerprintByteCount = 32
  /// Other layouts are other numbers: servers of several versions may share a key.
  private static let version: UInt8 = 1

  package var query: PortableQuery
  /// Of the result's columns.
  package var fingerprint: [UInt8]
  package var expiry: Date

  package init(query: PortableQuery, fingerprint: [UInt8], expiry: Date) {
    self.query = query
    self.fingerprint = fingerprint
    self.expiry = expiry
  }

  /// `nil` if it isn't what ``encoded`` makes.
  package init?(_ bytes: [UInt8]) {
    var buffer = ByteBuffer(bytes: bytes)
    guard buffer.readInteger() == Self.version,
      let expiry = buffer.readInteger(as: Int64.self),
      let timeout = buffer.readInteger(as: Int64.self),
      let fingerprint = buffer.readBytes(length: Self.fingerprintByteCount),
      let settingCount = buffer.readInteger(as: UInt16.self)
    else { return nil }
    var settings: [String] = []
    for _ in 0..<settingCount {
      guard let text = buffer.readText() else { return nil }
      settings.append(text)
    }
    guard let sql = buffer.readText(), buffer.readableBytes == 0 else { return nil }
    self.query = PortableQuery(
      sql: sql,
      settings: settings,
      statementTimeout: timeout < 0 ? nil : .milliseconds(timeout)
    )
    self.fingerprint = fingerprint
    self.expiry = Date(timeIntervalSince1970: TimeInterval(expiry))
  }

  package var encoded: [UInt8] {
    var buffer = ByteBuffer()
    let timeout = self.query.statementTimeout?.wholeMilliseconds
    buffer.writeInteger(Self.version)
    buffer.writeInteger(Int64(self.expiry.timeIntervalSince1970.rounded(.down)))
    buffer.writeInteger(timeout ?? -1)
    buffer.writeBytes(self.fingerprint)
    buffer.writeInteger(UInt16(self.query.settings.count))
    for text in self.query.settings { buffer.writeText(text) }
    buffer.writeText(self.query.sql)
    return Array(buffer.readableBytesView)
  }
}

extension Duration {
  /// Rounded up; a quotient of two durations isn't exact.
  fileprivate var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = self.components
    let attosecondsPerMillisecond: Int64 = 1_000_000_000_000_000
    let rest = attoseconds + attosecondsPerMillisecond - 1
    return seconds * 1_000 + rest / attosecondsPerMillisecond
  }
}

extension ByteBuffer {
  fileprivate mutating func writeText(_ text: String) {
    self.writeInteger(UInt32(text.utf8.count))
    self.writeString(text)
  }

  fileprivate mutating func readText() -> String? {
    guard let byteCount = self.readInteger(as: UInt32.self),
      let bytes = self.readBytes(length: Int(byteCount))
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
