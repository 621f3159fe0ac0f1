import ArrowIPC
import FuzzMemory
import NIOCore

extension DecodedBatch {
  /// The same batch with each buffer in memory of its own, so that a byte read beyond one is found.
  var isolated: DecodedBatch {
    DecodedBatch(rowCount: self.rowCount, columns: self.columns.map(\.isolated))
  }
}

extension ArrayData {
  fileprivate var isolated: ArrayData {
    var copy = self
    copy.buffers = self.buffers.map(\.isolated)
    copy.children = self.children.map(\.isolated)
    copy.dictionary = self.dictionary.map {
      DictionaryValues(id: $0.id, chunks: $0.chunks.map(\.isolated))
    }
    return copy
  }
}

extension ByteBuffer {
  fileprivate var isolated: ByteBuffer {
    guard self.readableBytes > 0 else { return ByteBuffer() }
    var copy = ByteBufferAllocator().buffer(capacity: self.readableBytes)
    copy.writeImmutableBuffer(self)
    // What is allocated to round the size up isn't to be touched either.
    copy.withUnsafeReadableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      fuzz_memory_forbid(start + bytes.count, copy.capacity - bytes.count)
    }
    return copy
  }
}
