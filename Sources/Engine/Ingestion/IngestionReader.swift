internal import ArrowIPC
internal import DuckDB

/// What one of DuckDB's threads reads of an ingestion: whole groups of rows, when it is its turn.
final class IngestionReader {
  /// How long a thread of DuckDB's own may wait for a client in all.
  private static let patience = Duration.seconds(1)
  /// How much longer it may for each group that it has got.
  private static let patiencePerGroup = Duration.milliseconds(100)

  private let rows: IngestedRows
  private let turns: IngestionTurns
  private var patience = IngestionReader.patience
  /// The group that this thread takes or writes.
  private var group: Int?
  private var missingRowCount = 0
  /// What the last chunk's strings point into, until the next is asked for.
  private var batch: DecodedBatch?

  init(of rows: IngestedRows) {
    self.rows = rows
    self.turns = rows.turns
    rows.adaptReadAhead(readerCount: self.turns.enter())
  }

  deinit {
    self.rows.adaptReadAhead(readerCount: self.turns.leave(isDone: self.group == nil))
  }

  func fill(_ chunk: borrowing WritableChunk) throws -> Int {
    do {
      return try self.next(chunk)
    } catch {
      self.turns.fail()
      throw error
    }
  }

  private func next(_ chunk: borrowing WritableChunk) throws -> Int {
    if self.group != nil, self.missingRowCount == 0 {
      // DuckDB asks for more when it has written what it had.
      self.turns.noteWritten()
      self.group = nil
    }
    guard let group = try self.group ?? self.begin() else { return 0 }
    let count = try self.rows.fill(chunk, atMost: self.missingRowCount)
    self.batch = self.rows.batch
    self.missingRowCount -= count
    if count == 0 {
      self.turns.end()
    } else if self.missingRowCount == 0 {
      self.turns.handOn()
    } else {
      return count
    }
    try self.turns.untilWritten(before: group, self.rows.cancellation)
    if count == 0 { self.group = nil }
    return count
  }

  private func begin() throws -> Int? {
    let group = try self.turns.begin(
      patience: &self.patience,
      self.rows.cancellation,
      isThere: self.rows.isThere
    )
    self.group = group
    self.missingRowCount = self.turns.groupRowCount ?? .max
    self.patience = min(self.patience + Self.patiencePerGroup, Self.patience)
    return group
  }
}
