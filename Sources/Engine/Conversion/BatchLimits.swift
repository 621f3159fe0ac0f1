/// How large record batches are made.
package struct BatchLimits: Hashable, Sendable {
  /// The most a result's first batch holds, so that its first rows arrive early.
  package var firstBatchByteCount: Int

  /// A batch is handed out as soon as it holds this much.
  package var targetByteCount: Int

  /// The most a batch of several rows holds.
  package var maximumByteCount: Int

  /// The most a row may hold.
  ///
  /// A row above ``maximumByteCount`` travels alone.
  package var maximumRowByteCount: Int

  /// The hard limit on all of them: even bits can't outgrow 32-bit offsets below it.
  static let ceiling = 255 << 20

  package init(
    firstBatchByteCount: Int = 256 << 10,
    targetByteCount: Int = 2 << 20,
    maximumByteCount: Int = 3 << 20,
    maximumRowByteCount: Int = 15 << 20
  ) {
    self.firstBatchByteCount = min(firstBatchByteCount, Self.ceiling)
    self.targetByteCount = min(targetByteCount, Self.ceiling)
    self.maximumByteCount = min(maximumByteCount, Self.ceiling)
    self.maximumRowByteCount = min(maximumRowByteCount, Self.ceiling)
  }
}
