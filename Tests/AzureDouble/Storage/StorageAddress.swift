import Foundation

/// What in the storage a request is about.
///
/// The account is in the host's name (`ACCOUNT.blob.localhost`), or the path begins with it.
struct StorageAddress {
  let account: String
  let container: String?
  /// Without `/` at either end; `nil` for the container itself.
  let blob: String?
  /// Whether the host or the parameters are Data Lake Storage's.
  let isDataLake: Bool

  private static let dataLakeParameters = ["resource", "action", "recursive"]

  init(_ request: Request) throws(StorageError) {
    var segments = request.path.split(separator: "/")
    let labels = request.host.split(separator: ".")
    if labels.count > 2, labels[1] == "blob" || labels[1] == "dfs" {
      self.account = String(labels[0])
    } else {
      self.account = segments.isEmpty ? "" : String(segments.removeFirst())
    }
    self.isDataLake =
      labels.dropFirst().first == "dfs"
      || Self.dataLakeParameters.contains { request.query[$0] != nil }
    self.container = segments.isEmpty ? nil : String(segments.removeFirst())
    let names = segments.map { $0.removingPercentEncoding ?? "" }
    guard !names.contains(where: { ["", ".", ".."].contains($0) || $0.contains("/") }),
      !names.joined().utf8.contains(0)
    else { throw .invalidURI }
    self.blob = names.isEmpty ? nil : names.joined(separator: "/")
  }
}
