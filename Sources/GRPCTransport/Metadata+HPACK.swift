package import GRPCCore
package import NIOHPACK

extension Metadata {
  /// Adds a header of a request, decoding `-bin` values; false if one of them isn't base64.
  ///
  /// Clients may send several binary values in one header, joined by commas.
  package mutating func addRequestHeader(name: String, value: String) -> Bool {
    guard name.hasSuffix("-bin") else {
      addString(value, forKey: name)
      return true
    }
    for part in value.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = part.trimmingSpaces()
      guard let bytes = Base64.decode(trimmed) else { return false }
      addBinary(bytes, forKey: name)
    }
    return true
  }
}

extension HPACKHeaders {
  /// What an entry costs in a header list (RFC 9113 §6.5.2), besides its name and value.
  package static let entryOverheadByteCount = 32

  /// Names that belong to gRPC or to HTTP: a handler's metadata can't set them.
  private static let reservedNames: Set<String> = [
    "connection", "content-encoding", "content-length", "content-type", "grpc-accept-encoding",
    "grpc-encoding", "grpc-message", "grpc-message-type", "grpc-status",
    "grpc-status-details-bin", "grpc-timeout", "host", "keep-alive", "proxy-connection", "te",
    "trailer", "transfer-encoding", "upgrade",
  ]

  /// Adds what may be another value in each response.
  ///
  /// HPACK's table is searched entry by entry, and a client says how large it may become: none of
  /// these goes into it.
  mutating func addUnindexed(name: String, value: String) {
    add(name: name, value: value, indexing: .nonIndexable)
  }

  /// Adds a handler's metadata as far as it is legal and fits into `byteLimit`.
  ///
  /// Entries with reserved or illegal names or values are left out: sending them would end the
  /// whole stream with a protocol error, and the status with it.
  package mutating func add(_ metadata: Metadata, byteLimit: Int) {
    var remaining = byteLimit
    for (key, value) in metadata {
      let name = key.lowercased()
      guard !Self.reservedNames.contains(name), Self.isLegal(name: name) else { continue }
      addEntry(name: name, value: value, remaining: &remaining)
    }
  }

  /// Adds `grpc-status-details-bin` if the metadata carries it and it fits.
  package mutating func addStatusDetails(from metadata: Metadata, byteLimit: Int) -> Int {
    let name = "grpc-status-details-bin"
    var remaining = byteLimit
    if let details = metadata[binaryValues: name].first(where: { _ in true }) {
      addEntry(name: name, value: .binary(details), remaining: &remaining)
    }
    return remaining
  }

  private mutating func addEntry(name: String, value: Metadata.Value, remaining: inout Int) {
    let text: String
    switch value {
    case .string(let string) where name.hasSuffix("-bin"): text = Base64.encode(Array(string.utf8))
    case .string(let string): text = string
    case .binary(let bytes): text = Base64.encode(bytes)
    }
    let byteCount = name.utf8.count + text.utf8.count + Self.entryOverheadByteCount
    guard byteCount <= remaining, Self.isLegal(value: text) else { return }
    remaining -= byteCount
    addUnindexed(name: name, value: text)
  }

  private static func isLegal(name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  private static func isLegal(value: String) -> Bool {
    value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
  }
}

extension Substring {
  fileprivate func trimmingSpaces() -> Substring {
    var trimmed = self
    while trimmed.utf8.first == UInt8(ascii: " ") { trimmed.removeFirst() }
    while trimmed.utf8.last == UInt8(ascii: " ") { trimmed.removeLast() }
    return trimmed
  }
}
