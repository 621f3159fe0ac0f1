internal import ArrowIPC
internal import DuckDB

/// The rows of an ingestion's messages, chunk by chunk.
///
/// `@unchecked Sendable`: whoever reads it has the turn (``IngestionTurns``).
final class IngestedRows: @unchecked Sendable {
  /// Elements of lists and arrays that a chunk of several rows may have.
  private static let chunkElementLimit = 1 << 20
  /// Threads of an ingestion that may be parallel: while one writes, one takes rows, which is quicker.
  private static let parallelReaderCount = 2
  /// Elements of lists and arrays that a single row may have.
  static let rowElementLimit = 1 << 25

  let fields: [Field]
  private(set) var columns: [ColumnImport]
  /// Whose turn it is to read them; one thread reads them all unless this is set before.
  var turns = IngestionTurns(groupRowCount: nil)
  let cancellation: Cancellation
  private let stream: IngestionStream
  private var decoder: StreamDecoder
  /// What the last chunk's strings point into.
  private(set) var batch: DecodedBatch?
  private var nextRow = 0
  private var rowsPerChunk = DataChunk.maximumRowCount

  /// Reads the messages up to the schema.
  ///
  /// Blocks until it has come.
  init(_ stream: IngestionStream, _ cancellation: Cancellation) throws {
    self.stream = stream
    self.cancellation = cancellation
    self.decoder = StreamDecoder()
    guard let message = try stream.receive(cancellation) else {
      throw IngestionError(.invalidSchema, "The client sent no schema: an ingestion needs one.")
    }
    guard case .schema(let schema) = try decoder.decode(header: message.header, body: message.body)
    else {
      throw ArrowIPCError(.unexpectedMessage, "The first message is not a schema.")
    }
    guard !schema.fields.isEmpty else {
      throw IngestionError(.invalidSchema, "The schema has no columns.")
    }
    if let name = FoldedName.firstDuplicate(in: schema.fields.map(\.name)) {
      throw IngestionError(
        .invalidSchema,
        "Two columns are called \(SQLText.identifier(name)), upper and lower case alike."
      )
    }
    self.fields = schema.fields
    self.columns = try schema.fields.map { field in
      do throws(IngestionError) {
        return try ColumnImport(field)
      } catch {
        throw error.inside(column: field.name)
      }
    }
  }

  var hasNanosecondTimes: Bool { self.columns.contains { $0.hasNanosecondTimes } }

  /// Takes times of nanoseconds in as microseconds: to be said before the first row.
  func keepTimesInMicroseconds() {
    self.columns = self.columns.map(\.withMicrosecondTimes)
  }

  /// The rows for a statement.
  var source: RowSource {
    RowSource(
      columns: zip(self.fields, self.columns).map { Column($0.name, $1.type) },
      readerLimit: self.turns.groupRowCount == nil ? 1 : Self.parallelReaderCount
    ) {
      let reader = IngestionReader(of: self)
      return { try reader.fill($0) }
    }
  }

  func adaptReadAhead(readerCount: Int) {
    self.stream.adaptLimit(isParallel: readerCount > 1)
  }

  /// How many more rows have surely come with the current batch.
  private var remainingRowCount: Int { (self.batch?.rowCount ?? 0) - self.nextRow }

  /// Whether so many rows can be read without waiting for the client, or all that there will be.
  func isThere(_ rowCount: Int) -> Bool {
    self.stream.isComplete(orHas: rowCount - min(rowCount, self.remainingRowCount))
  }

  /// Writes the next rows, at most `limit`, and says how many: none at the end.
  func fill(_ chunk: borrowing WritableChunk, atMost limit: Int) throws -> Int {
    while true {
      if let batch, self.nextRow < batch.rowCount {
        return try self.fill(chunk, atMost: limit, from: batch)
      }
      self.batch = nil
      self.nextRow = 0
      guard let message = try self.stream.receive(self.cancellation) else { return 0 }
      let event = try self.decoder.decode(header: message.header, body: message.body)
      if case .batch(let batch) = event {
        self.batch = batch
        self.rowsPerChunk = DataChunk.maximumRowCount
      }
    }
  }

  /// Writes as many of the batch's next rows as a chunk takes: fewer where they are large.
  private func fill(
    _ chunk: borrowing WritableChunk,
    atMost limit: Int,
    from batch: DecodedBatch
  ) throws -> Int {
    while true {
      let count = min(self.rowsPerChunk, batch.rowCount - self.nextRow, limit)
      do {
        try self.fill(chunk, with: self.nextRow..<self.nextRow + count, of: batch)
        self.nextRow += count
        return count
      } catch is VectorFiller.TooManyElements {
        guard count > 1 else {
          throw IngestionError(
            .rowTooLarge,
            "A row has more than \(Self.rowElementLimit) elements of lists and arrays (row element "
              + "limit)."
          )
        }
        chunk.reset()
        self.rowsPerChunk = count / 2
      }
    }
  }

  private func fill(
    _ chunk: borrowing WritableChunk,
    with rows: Range<Int>,
    of batch: DecodedBatch
  ) throws {
    var filler = VectorFiller(
      elementLimit: rows.count > 1 ? Self.chunkElementLimit : Self.rowElementLimit
    )
    for (index, column) in self.columns.enumerated() {
      do {
        let vector = chunk.vector(at: index)
        try filler.fill(vector, with: batch.columns[index], rows, column)
      } catch let error as IngestionError {
        throw error.inside(column: self.fields[index].name)
      }
    }
  }
}
