internal import ArrowIPC
internal import DuckDB

/// The rows of an ingestion's messages, chunk by chunk.
///
/// `@unchecked Sendable`: DuckDB reads it on one thread at a time.
final class IngestedRows: @unchecked Sendable {
  /// Elements of lists and arrays that a chunk of several rows may have.
  private static let chunkElementLimit = 1 << 20
  /// Elements of lists and arrays that a single row may have.
  static let rowElementLimit = 1 << 25

  let fields: [Field]
  private(set) var columns: [ColumnImport]
  private let stream: IngestionStream
  private let cancellation: Cancellation
  private var decoder: StreamDecoder
  /// What the last chunk's strings point into, until the next is asked for.
  private var batch: DecodedBatch?
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

  var source: RowSource {
    let columns = zip(self.fields, self.columns).map { Column($0.name, $1.type) }
    return RowSource(columns: columns) { try self.fill($0) }
  }

  private func fill(_ chunk: borrowing WritableChunk) throws -> Int {
    while true {
      if let batch, self.nextRow < batch.rowCount {
        return try self.fill(chunk, from: batch)
      }
      self.batch = nil
      guard let message = try self.stream.receive(self.cancellation) else { return 0 }
      let event = try self.decoder.decode(header: message.header, body: message.body)
      if case .batch(let batch) = event {
        self.batch = batch
        self.nextRow = 0
        self.rowsPerChunk = DataChunk.maximumRowCount
      }
    }
  }

  /// Writes as many of the batch's next rows as a chunk takes: fewer where they are large.
  private func fill(_ chunk: borrowing WritableChunk, from batch: DecodedBatch) throws -> Int {
    while true {
      let count = min(self.rowsPerChunk, batch.rowCount - self.nextRow)
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
