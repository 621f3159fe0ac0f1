import Foundation

extension BlobService {
  /// One page of the committed blobs whose names have a prefix.
  func list(_ request: Request, _ container: String) throws -> Response {
    let query = request.query
    let prefix = query["prefix"] ?? ""
    let page = try self.store.read(container) { blobs in
      let entries = Self.entries(blobs, prefix: prefix, delimiter: query["delimiter"])
      return ListingPage(
        entries,
        after: query["marker"],
        limit: min(query.number("maxresults") ?? .max, self.pageLimit)
      )
    }
    let endpoint = Self.escaped("\(request.origin)/")
    return Response(
      xml: """
        <EnumerationResults ServiceEndpoint="\(endpoint)" ContainerName="\(Self.escaped(container))">\
        <Prefix>\(Self.escaped(prefix))</Prefix>\
        <Blobs>\(page.entries.map(\.content).joined())</Blobs>\
        <NextMarker>\(Self.escaped(page.marker ?? ""))</NextMarker></EnumerationResults>
        """
    )
  }

  private static func entries(
    _ blobs: BlobStore.Container,
    prefix: String,
    delimiter: String?
  ) -> [ListingPage.Entry] {
    var folders: Set<String> = []
    var entries: [ListingPage.Entry] = []
    for (name, blob) in blobs where blob.isCommitted && name.hasPrefix(prefix) {
      if let delimiter, !delimiter.isEmpty,
        let end = name.dropFirst(prefix.count).firstRange(of: delimiter)?.upperBound
      {
        folders.insert(String(name[..<end]))
      } else if !blob.isDirectory {
        entries.append(.init(name: name, content: Self.xml(name, blob)))
      }
    }
    return entries
      + folders.map {
        .init(name: $0, content: "<BlobPrefix><Name>\(Self.escaped($0))</Name></BlobPrefix>")
      }
  }

  private static func xml(_ name: String, _ blob: Blob) -> String {
    """
    <Blob><Name>\(Self.escaped(name))</Name><Properties>\
    <Creation-Time>\(blob.created.httpText)</Creation-Time>\
    <Last-Modified>\(blob.modified.httpText)</Last-Modified>\
    <Etag>\(blob.etag.filter { $0 != "\"" })</Etag><Content-Length>\(blob.byteCount)</Content-Length>\
    <Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType>\
    <AccessTier>Hot</AccessTier><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>\
    <ServerEncrypted>true</ServerEncrypted></Properties></Blob>
    """
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
