import Foundation

/// One page of a listing.
struct ListingPage {
  struct Entry {
    let name: String
    /// As the API at hand writes it.
    let content: String
  }

  let entries: [Entry]
  /// What the client asks for the next page with; meaningless to it.
  let marker: String?

  /// - Parameter marker: That of the page before, if there is one.
  init(_ entries: [Entry], after marker: String?, limit: Int) {
    let last = marker.flatMap { Data(base64Encoded: $0) }.map {
      String(decoding: $0, as: UTF8.self)
    }
    let rest = entries.filter { $0.name > last ?? "" }.sorted { $0.name < $1.name }
    self.entries = Array(rest.prefix(max(1, limit)))
    self.marker =
      rest.count > self.entries.count
      ? self.entries.last.map { Data($0.name.utf8).base64EncodedString() } : nil
  }
}
