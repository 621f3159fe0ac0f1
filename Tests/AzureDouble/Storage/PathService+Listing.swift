import NIOHTTP1

extension PathService {
  private struct Listing: Encodable {
    let paths: [Path]
  }

  /// Azure's own client needs all of these.
  private struct Path: Encodable {
    let name: String
    let owner = "$superuser"
    let group = "$superuser"
    let permissions = "rw-r-----"
    let contentLength: String
    let etag: String
    let isDirectory: String?
    let lastModified: String
  }

  /// One page of what is in a directory, or below it too if `recursive` says so.
  func list(_ request: Request, _ container: String) throws -> Response {
    let query = request.query
    let directory = (query["directory"] ?? "").split(separator: "/").joined(separator: "/")
    let isRecursive = query["recursive"] == "true"
    let (found, marker) = try self.store.read(container) { blobs in
      guard directory.isEmpty || blobs[directory] != nil else { throw StorageError.pathNotFound }
      let prefix = directory.isEmpty ? "" : directory + "/"
      let names = blobs.keys.filter { name in
        name.hasPrefix(prefix) && blobs[name]?.isCommitted == true
          && (isRecursive || !name.dropFirst(prefix.count).contains("/"))
      }
      let page = ListingPage(
        names.map { .init(name: $0, content: "") },
        after: query["continuation"],
        limit: min(query.number("maxResults") ?? .max, self.pageLimit)
      )
      let paths = page.entries.compactMap { entry in
        blobs[entry.name].map { Self.path(entry.name, $0) }
      }
      return (paths, page.marker)
    }
    var response = try Response(json: Listing(paths: found))
    if let marker { response.headers.add(name: "x-ms-continuation", value: marker) }
    return response
  }

  private static func path(_ name: String, _ blob: Blob) -> Path {
    Path(
      name: name,
      contentLength: "\(blob.byteCount)",
      etag: blob.etag.filter { $0 != "\"" },
      isDirectory: blob.isDirectory ? "true" : nil,
      lastModified: blob.modified.httpText
    )
  }
}
