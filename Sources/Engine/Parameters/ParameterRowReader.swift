internal import ArrowIPC
internal import DuckDB
internal import NIOCore

/// Reads rows of parameters one after the other, as DuckDB's values.
struct ParameterRowReader {
  private var rows: ParameterRows
  private let names: [String]
  private let rowByteLimit: Int
  private var batch: DecodedBatch?
  private var nextBatch = 0
  private var nextRow = 0
  private var fileOffset: Int64 = 0
  /// How many rows have been read.
  private(set) var rowNumber = 0

  init(_ rows: ParameterRows, _ parameters: StatementParameters, rowByteLimit: Int) {
    self.rows = rows
    self.names = parameters.parameters.map(\.name)
    self.rowByteLimit = rowByteLimit
  }

  /// One value for each parameter; `nil` after the last row.
  mutating func next() throws -> [Value]? {
    while self.batch.map({ self.nextRow >= $0.rowCount }) ?? true {
      self.batch = try self.readBatch()
      self.nextRow = 0
      guard self.batch != nil else { return nil }
    }
    guard let batch else { return nil }
    self.rowNumber += 1
    defer { self.nextRow += 1 }
    var reader = ArrowValueReader(byteLimit: self.rowByteLimit)
    var values: [Value] = []
    values.reserveCapacity(self.rows.columns.count)
    for (name, column) in zip(self.names, self.rows.columns) {
      do throws(ConversionError) {
        let field = self.rows.fields[column]
        values.append(try reader.value(batch.columns[column], field, row: self.nextRow))
      } catch {
        throw error.inside(parameter: name, row: self.rowNumber)
      }
    }
    return values
  }

  private mutating func readBatch() throws -> DecodedBatch? {
    if self.nextBatch < self.rows.batches.count {
      defer { self.nextBatch += 1 }
      return self.rows.batches[self.nextBatch]
    }
    while let message = try self.rows.overflow?.file.message(at: &self.fileOffset) {
      let body = message.body.first ?? ByteBuffer()
      let event = try self.rows.overflow?.decoder.decode(header: message.header, body: body)
      if case .batch(let batch) = event { return batch }
    }
    return nil
  }
}

extension ConversionError {
  fileprivate func inside(parameter: String, row: Int) -> ConversionError {
    ConversionError(
      code: self.code,
      message: "parameter \"\(parameter)\", row \(row): \(self.message)"
    )
  }
}
