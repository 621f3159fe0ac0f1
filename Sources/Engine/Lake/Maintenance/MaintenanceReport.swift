/// What one run of a lake's maintenance has done.
package struct MaintenanceReport: Sendable, Equatable {
  /// Whether another server was at it, so that nothing was done.
  package var isAtWorkElsewhere = false
  /// Rows moved from the catalog into files.
  package var flushedRowCount = 0
  /// Small files whose rows are in fewer, larger ones now.
  package var mergedFileCount = 0
  package var mergeResultCount = 0
  package var expiredSnapshotCount = 0
  /// Files that no snapshot needs any more.
  package var deletedFileCount = 0
  /// Files that the lake didn't know.
  package var deletedOrphanCount = 0
  /// Whether files that the lake doesn't know were left alone, as it knows none yet.
  package var isOfNewLake = false
  /// What didn't succeed, and why; the rest was done nonetheless.
  package var failures: [String] = []
  package var duration = Duration.zero

  package init() {}
}

extension MaintenanceReport: CustomStringConvertible {
  package var description: String {
    guard !self.isAtWorkElsewhere else { return "another server is at it" }
    let parts = [
      (self.flushedRowCount, "flushed \(self.flushedRowCount) rows"),
      (
        self.mergedFileCount,
        "merged \(self.mergedFileCount) files into \(self.mergeResultCount)"
      ),
      (self.expiredSnapshotCount, "expired \(self.expiredSnapshotCount) snapshots"),
      (self.deletedFileCount, "deleted \(self.deletedFileCount) files"),
      (self.deletedOrphanCount, "deleted \(self.deletedOrphanCount) unknown files"),
      (self.isOfNewLake ? 1 : 0, "left unknown files alone, since the lake is new"),
      (self.failures.count, "failed to \(self.failures.joined(separator: "; "))"),
    ]
    let done = parts.filter { $0.0 > 0 }.map(\.1)
    let seconds = Double(Int64(self.duration / .milliseconds(1))) / 1_000
    return (done.isEmpty ? "nothing to do" : done.joined(separator: ", ")) + " in \(seconds) s"
  }
}
