internal import ArrowIPC

extension RecordBatchReader {
  /// Computes the next part of the result, encoded.
  mutating func nextStep() throws -> ResultStep {
    guard let batch = try self.nextBatch() else { return ResultStep(isLast: true) }
    return ResultStep(batch: MessageEncoder.recordBatch(batch), isLast: self.isAtEnd)
  }
}
