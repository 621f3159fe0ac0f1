import Engine
import Synchronization

/// Collects the columns an engine describes.
final class Described: Sendable {
  private let state = Mutex<[TableColumn]>([])

  var columns: [TableColumn] { self.state.withLock { $0 } }

  func append(_ column: TableColumn) {
    self.state.withLock { $0.append(column) }
  }
}
