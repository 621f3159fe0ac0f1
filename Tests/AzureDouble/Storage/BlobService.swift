import Foundation
import NIOHTTP1

/// Blob Storage's API, as far as DuckDB uses it.
struct BlobService {
  let store: BlobStore
  let pageLimit: Int

  func answer(_ request: Request, container: String) throws -> Response {
    switch (request.method, request.query["comp"]) {
    case (.GET, "list"?): return try self.list(request, container)
    case (.GET, nil), (.HEAD, nil):
      try self.store.read(container) { _ in }
      return Response(.ok, Self.state(etag: #""0x1""#, modified: Date()))
    case (.PUT, nil):
      try self.store.make(container)
      return Response(.created, Self.state(etag: #""0x1""#, modified: Date()))
    case (.DELETE, nil):
      try self.store.remove(container)
      return Response(.accepted)
    default: throw StorageError.notImplemented
    }
  }

  func answer(_ request: Request, _ blob: String, in container: String) throws -> Response {
    switch (request.method, request.query["comp"]) {
    case (.GET, nil), (.HEAD, nil): return try self.read(request, blob, container)
    case (.PUT, nil): return try self.put(request, blob, container)
    case (.PUT, "block"?): return try self.stageBlock(request, blob, container)
    case (.PUT, "blocklist"?): return try self.commitBlocks(request, blob, container)
    case (.DELETE, nil): return try self.delete(request, blob, container)
    default: throw StorageError.notImplemented
    }
  }

  private func read(_ request: Request, _ name: String, _ container: String) throws -> Response {
    let range = try ByteRange(request)
    return try self.store.read(container) { blobs in
      guard let blob = blobs[name], blob.isCommitted else { throw StorageError.blobNotFound }
      try Conditions(request).checkReading(blob)
      var response = Response(.ok, Self.properties(of: blob))
      guard request.method == .GET else {
        response.toldByteCount = blob.byteCount
        return response
      }
      guard let range = try range?.range(in: blob.byteCount) else {
        response.body = blob.bytes(0..<blob.byteCount)
        return response
      }
      response.status = .partialContent
      response.headers.add(
        name: "content-range",
        value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(blob.byteCount)"
      )
      response.body = blob.bytes(range)
      return response
    }
  }

  private func put(_ request: Request, _ name: String, _ container: String) throws -> Response {
    guard request.headers.first(name: "x-ms-blob-type") == "BlockBlob" else {
      throw StorageError.notImplemented
    }
    return try self.write(request, name, container) { blob in
      blob.commit([Blob.Block(bytes: request.body)])
    }
  }

  private func stageBlock(
    _ request: Request,
    _ name: String,
    _ container: String
  ) throws -> Response {
    guard let id = request.query["blockid"], Data(base64Encoded: id) != nil else {
      throw StorageError.invalidBlockList
    }
    try self.store.change(name, in: container) { blob in
      var changed = blob.take() ?? Blob()
      changed.stage(request.body, as: id)
      blob = changed
    }
    return Response(.created, ["x-ms-request-server-encrypted": "true"])
  }

  private func commitBlocks(
    _ request: Request,
    _ name: String,
    _ container: String
  ) throws -> Response {
    let listed = request.text.matches(of: /<(Latest|Uncommitted|Committed)>([^<]*)</)
    return try self.write(request, name, container) { blob in
      let committed = Dictionary(
        blob.blocks.map { ($0.id ?? "", $0.bytes) },
        uniquingKeysWith: { first, _ in first }
      )
      blob.commit(
        try listed.map { match in
          let id = String(match.2)
          let staged = match.1 == "Committed" ? nil : blob.stagedBlocks[id]
          let found = staged ?? (match.1 == "Uncommitted" ? nil : committed[id])
          guard let found else { throw StorageError.invalidBlockList }
          return Blob.Block(id: id, bytes: found)
        }
      )
    }
  }

  private func write(
    _ request: Request,
    _ name: String,
    _ container: String,
    _ body: (inout Blob) throws -> Void
  ) throws -> Response {
    try self.store.makeParents(of: name, in: container)
    return try self.store.change(name, in: container) { blob in
      try Conditions(request).checkWriting(blob)
      var changed = blob ?? Blob()
      try body(&changed)
      blob = changed
      var headers = Self.state(etag: changed.etag, modified: changed.modified)
      headers.add(name: "x-ms-request-server-encrypted", value: "true")
      return Response(.created, headers)
    }
  }

  private func delete(_ request: Request, _ name: String, _ container: String) throws -> Response {
    try self.store.change(name, in: container) { blob in
      guard blob?.isCommitted == true else { throw StorageError.blobNotFound }
      try Conditions(request).checkWriting(blob)
      blob = nil
      return Response(.accepted, ["x-ms-delete-type-permanent": "true"])
    }
  }

  private static func state(etag: String, modified: Date) -> HTTPHeaders {
    ["etag": etag, "last-modified": modified.httpText]
  }

  /// What `HEAD` and `GET` tell of a blob.
  private static func properties(of blob: Blob) -> HTTPHeaders {
    var headers = self.state(etag: blob.etag, modified: blob.modified)
    headers.add(contentsOf: [
      "accept-ranges": "bytes",
      "content-type": "application/octet-stream",
      "x-ms-access-tier": "Hot",
      "x-ms-blob-type": "BlockBlob",
      "x-ms-creation-time": blob.created.httpText,
      "x-ms-lease-state": "available",
      "x-ms-lease-status": "unlocked",
      "x-ms-resource-type": blob.isDirectory ? "directory" : "file",
      "x-ms-server-encrypted": "true",
    ])
    if blob.isDirectory { headers.add(name: "x-ms-meta-hdi_isfolder", value: "true") }
    return headers
  }
}
