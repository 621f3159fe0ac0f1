internal import ArrowIPC
internal import DuckDB
internal import Synchronization

/// The rows of an ingestion's messages, for DuckDB's threads to read chunk by chunk.
///
/// `@unchecked Sendable`: the columns change before the first row only.
final class IngestedRows: @unchecked Sendable {
  /// How many threads encode about what comes on one connection.
  private static let threadLimit = 4
  /// How long a thread waits for a slow client, unless it is the last.
  private static let patience = Duration.seconds(1)

  let fields: [Field]
  private(set) var columns: [ColumnImport]
  private let stream: IngestionStream
  let cancellation: Cancellation
  private let decoder: Mutex<StreamDecoder>
  private let readerCount = Atomic(0)

  /// Reads the messages up to the schema.
  ///
  /// Blocks until it has come.
  init(_ stream: IngestionStream, _ cancellation: Cancellation) throws {
    self.stream = stream
    self.cancellation = cancellation
    var decoder = StreamDecoder()
    guard case .message(let message) = try stream.receive(cancellation) else {
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
    self.decoder = Mutex(decoder)
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

  /// Where all rows have come already, one thread reads them, and they keep their order.
  ///
  /// DuckDB reads with one in any case if the order matters to what it inserts into, as to a table of a
  /// database.
  var source: RowSource {
    RowSource(
      columns: zip(self.fields, self.columns).map { Column($0.name, $1.type) },
      threadCount: self.stream.isFinished ? 1 : Self.threadLimit
    ) {
      let reader = IngestedRowReader(self)
      return { try reader.fill($0) }
    }
  }

  func addReader() {
    self.readerCount.add(1, ordering: .relaxed)
  }

  /// The next batch; `nil` if the reader that asks gets no more.
  ///
  /// A thread that waits computes nothing: when the client is slow, all but one go back to DuckDB's
  /// other work.
  func nextBatch() throws -> DecodedBatch? {
    try self.decoder.withLock { decoder in
      while true {
        switch try self.stream.receive(self.cancellation, atMost: Self.patience) {
        case .message(let message):
          do throws(ArrowIPCError) {
            let event = try decoder.decode(header: message.header, body: message.body)
            if case .batch(let batch) = event { return batch }
          } catch {
            // Whoever reads on gets the same error.
            self.stream.fail(error)
            throw error
          }
        case .nothing:
          guard self.readerCount.load(ordering: .relaxed) > 1 else { continue }
          self.readerCount.subtract(1, ordering: .relaxed)
          return nil
        case .end:
          return nil
        }
      }
    }
  }
}
