import NIOHTTP1

/// The headers that make a request depend on what is there.
struct Conditions {
  let matches: String?
  let doesNotMatch: String?

  init(_ request: Request) {
    self.matches = request.headers.first(name: "if-match")
    self.doesNotMatch = request.headers.first(name: "if-none-match")
  }

  func checkReading(_ blob: Blob) throws(StorageError) {
    if let matches, matches != "*", matches != blob.etag { throw .conditionNotMet }
    if let doesNotMatch, doesNotMatch == "*" || doesNotMatch == blob.etag { throw .notModified }
  }

  /// - Parameter blob: What is there, uncommitted ones left out.
  func checkWriting(_ blob: Blob?, isDataLake: Bool = false) throws(StorageError) {
    let blob = blob.flatMap { $0.isCommitted ? $0 : nil }
    if let matches, blob == nil || (matches != "*" && matches != blob?.etag) {
      throw .conditionNotMet
    }
    guard let doesNotMatch, let blob else { return }
    if doesNotMatch == "*" {
      throw .alreadyExists(isDataLake ? "PathAlreadyExists" : "BlobAlreadyExists")
    }
    if doesNotMatch == blob.etag { throw .conditionNotMet }
  }
}
