import Foundation
import NIOCore

/// A blob, or a directory, which has no content.
struct Blob {
  struct Block {
    /// Data Lake Storage's appended parts have none.
    var id: String?
    var bytes: ByteBuffer
  }

  private(set) var blocks: [Block] = []
  private(set) var byteCount = 0
  /// Blocks that no list has committed yet.
  private(set) var stagedBlocks: [String: ByteBuffer] = [:]
  /// Parts that were appended and not yet flushed.
  private(set) var appended: [ByteBuffer] = []
  private(set) var appendedByteCount = 0
  /// Whether it can be seen: staged blocks alone make no blob.
  private(set) var isCommitted = false
  private(set) var etag = ""
  private(set) var modified = Date()
  let created = Date()
  let isDirectory: Bool

  init(isDirectory: Bool = false) {
    self.isDirectory = isDirectory
    if isDirectory { self.commit([]) }
  }

  mutating func commit(_ blocks: [Block]) {
    self.blocks = blocks
    self.byteCount = blocks.reduce(0) { $0 + $1.bytes.readableBytes }
    self.stagedBlocks = [:]
    self.appended = []
    self.appendedByteCount = 0
    self.isCommitted = true
    self.modified = Date()
    self.etag = #""0x\#(String(UInt64.random(in: .min ... .max), radix: 16, uppercase: true))""#
  }

  mutating func stage(_ bytes: ByteBuffer, as id: String) {
    self.stagedBlocks[id] = bytes
  }

  mutating func append(_ bytes: ByteBuffer, at position: Int) throws(StorageError) {
    guard position == self.byteCount + self.appendedByteCount else { throw .flushPosition }
    self.appended.append(bytes)
    self.appendedByteCount += bytes.readableBytes
  }

  mutating func flush(upTo position: Int) throws(StorageError) {
    guard position == self.byteCount + self.appendedByteCount else { throw .flushPosition }
    self.commit(self.blocks + self.appended.map { Block(bytes: $0) })
  }

  /// The bytes in a range, which must lie within the blob.
  func bytes(_ range: Range<Int>) -> ByteBuffer {
    var result = ByteBuffer()
    result.reserveCapacity(range.count)
    var start = 0
    for block in self.blocks {
      let own = (start..<start + block.bytes.readableBytes).clamped(to: range)
      if !own.isEmpty {
        let offset = block.bytes.readerIndex + own.lowerBound - start
        // The range has been clamped to the block's.
        result.writeImmutableBuffer(block.bytes.getSlice(at: offset, length: own.count)!)
      }
      start += block.bytes.readableBytes
    }
    return result
  }
}
