/// The result a connection is computing, and who reads it.
final class LiveResult {
  let stream: ResultStream
  private var reader: RecordBatchReader

  init(stream: ResultStream, reader: consuming RecordBatchReader) {
    self.stream = stream
    self.reader = reader
  }

  func nextStep() throws -> ResultStep {
    try self.reader.nextStep()
  }
}
