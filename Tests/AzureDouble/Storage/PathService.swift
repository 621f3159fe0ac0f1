import Foundation
import NIOHTTP1

/// Data Lake Storage's API, as far as DuckDB uses it.
struct PathService {
  let store: BlobStore
  let blobs: BlobService
  let pageLimit: Int

  func answer(_ request: Request, container: String) throws -> Response {
    switch request.method {
    case .GET: try self.list(request, container)
    case .HEAD, .PUT, .DELETE: try self.blobs.answer(request, container: container)
    default: throw StorageError.notImplemented
    }
  }

  func answer(_ request: Request, _ path: String, in container: String) throws -> Response {
    switch (request.method, request.query["resource"], request.query["action"]) {
    case (.PUT, "file"?, nil):
      return try self.make(request, Blob(), path, container)
    case (.PUT, "directory"?, nil):
      return try self.make(request, Blob(isDirectory: true), path, container)
    case (.PATCH, nil, "append"?): return try self.append(request, path, container)
    case (.PATCH, nil, "flush"?): return try self.flush(request, path, container)
    case (.DELETE, nil, nil): return try self.delete(request, path, container)
    case (.GET, nil, nil), (.HEAD, nil, nil), (.HEAD, nil, "getStatus"?):
      return try self.blobs.answer(request, path, in: container)
    default: throw StorageError.notImplemented
    }
  }

  private func make(
    _ request: Request,
    _ new: Blob,
    _ path: String,
    _ container: String
  ) throws -> Response {
    try self.store.makeParents(of: path, in: container)
    return try self.store.change(path, in: container) { blob in
      try Conditions(request).checkWriting(blob, isDataLake: true)
      var made = new
      if !new.isDirectory {
        guard blob?.isDirectory != true else {
          throw StorageError.alreadyExists("PathAlreadyExists")
        }
        made.commit([])
      }
      blob = made
      return Response(.created, Self.state(of: made))
    }
  }

  private func append(_ request: Request, _ path: String, _ container: String) throws -> Response {
    try self.changeFile(path, container) { blob in
      try blob.append(request.body, at: request.query.number("position") ?? -1)
      return Response(.accepted, ["x-ms-request-server-encrypted": "true"])
    }
  }

  private func flush(_ request: Request, _ path: String, _ container: String) throws -> Response {
    try self.changeFile(path, container) { blob in
      try Conditions(request).checkWriting(blob, isDataLake: true)
      try blob.flush(upTo: request.query.number("position") ?? -1)
      return Response(.ok, Self.state(of: blob))
    }
  }

  private func changeFile(
    _ path: String,
    _ container: String,
    _ body: (inout Blob) throws -> Response
  ) throws -> Response {
    try self.store.change(path, in: container) { blob in
      guard var changed = blob, !changed.isDirectory else { throw StorageError.pathNotFound }
      let response = try body(&changed)
      blob = changed
      return response
    }
  }

  private func delete(_ request: Request, _ path: String, _ container: String) throws -> Response {
    let below = try self.store.read(container) { blobs in
      guard blobs[path] != nil else { throw StorageError.pathNotFound }
      return blobs.keys.filter { $0.hasPrefix(path + "/") }.sorted(by: >)
    }
    guard below.isEmpty || request.query["recursive"] == "true" else {
      throw StorageError(
        status: .conflict,
        code: "DirectoryNotEmpty",
        message: "The recursive query parameter value must be true to delete a non-empty directory."
      )
    }
    for name in below + [path] {
      try self.store.change(name, in: container) { $0 = nil }
    }
    return Response(.ok)
  }

  private static func state(of blob: Blob) -> HTTPHeaders {
    [
      "etag": blob.etag, "last-modified": blob.modified.httpText,
      "x-ms-request-server-encrypted": "true",
    ]
  }
}
