import NIOHTTP1

/// The range of bytes that a request asks for: `bytes=FIRST-LAST` or `bytes=FIRST-`.
struct ByteRange {
  let first: Int
  let last: Int?

  init?(_ request: Request) throws(StorageError) {
    guard
      let text = request.headers.first(name: "x-ms-range") ?? request.headers.first(name: "range")
    else { return nil }
    guard let match = text.wholeMatch(of: /bytes=(\d+)-(\d*)/), let first = Int(match.1) else {
      throw .invalidRange
    }
    self.first = first
    self.last = Int(match.2)
  }

  func range(in byteCount: Int) throws(StorageError) -> Range<Int> {
    let end = min(byteCount, self.last.map { $0 + 1 } ?? byteCount)
    guard self.first < end else { throw .invalidRange }
    return self.first..<end
  }
}
