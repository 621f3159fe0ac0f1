internal import ArrowIPC
internal import NIOCore

/// Checks what DuckDB takes for granted of maps: their keys are distinct and not NULL.
struct MapKeys {
  /// What tells keys apart: of the keys themselves many may share their bytes, or need none.
  private struct Digest: Comparable {
    var first: Int
    var second: Int

    static func < (one: Self, other: Self) -> Bool {
      (one.first, one.second) < (other.first, other.second)
    }
  }

  private struct Digester {
    private var first = Hasher()
    private var second = Hasher()

    init() { self.second.combine(true) }

    mutating func combine(_ value: some Hashable) {
      self.first.combine(value)
      self.second.combine(value)
    }

    mutating func combine(bytes: ByteBuffer) {
      self.combine(bytes.readableBytes)
      unsafe bytes.withUnsafeReadableBytes {
        unsafe self.first.combine(bytes: $0)
        unsafe self.second.combine(bytes: $0)
      }
    }

    var digest: Digest { Digest(first: self.first.finalize(), second: self.second.finalize()) }
  }

  /// About how many bytes are read between two looks at whether the ingestion is cancelled.
  private static let byteCountBetweenLooks = 1 << 20
  /// What a value without bytes counts for.
  private static let valueByteCount = 16

  /// Elements of nested keys that may still be read.
  private var remainingElements: Int
  private var byteCountSinceLook = 0
  /// Of the keys of one map; kept for the next one.
  private var digests: [Digest] = []
  private let isCancelled: () -> Bool

  init(elementLimit: Int, isCancelled: @escaping () -> Bool) {
    self.remainingElements = elementLimit
    self.isCancelled = isCancelled
  }

  /// Checks the keys of one map.
  mutating func check(_ entries: ArrayData, in span: Range<Int>) throws {
    self.digests.removeAll(keepingCapacity: true)
    self.digests.reserveCapacity(span.count)
    for row in span {
      var digester = Digester()
      guard try self.append(row, of: entries.children[0], to: &digester) else {
        throw IngestionError(.invalidValue, "A map has NULL for a key.")
      }
      self.digests.append(digester.digest)
    }
    self.digests.sort()
    guard zip(self.digests, self.digests.dropFirst()).allSatisfy({ $0 != $1 }) else {
      throw IngestionError(.invalidValue, "A map has the same key twice.")
    }
  }

  /// Adds what is the same for the same values and different for others.
  ///
  /// - Returns: Whether the value isn't NULL.
  @discardableResult
  private mutating func append(
    _ row: Int,
    of array: ArrayData,
    to digester: inout Digester
  ) throws -> Bool {
    try self.spend(Self.valueByteCount)
    guard !array.isNull(row) else {
      digester.combine(false)
      return false
    }
    if let dictionary = array.dictionary {
      let (chunk, row) = dictionary.position(of: Int(array.integer(row)))
      return try self.append(row, of: chunk, to: &digester)
    }
    if case .runEndEncoded = array.type {
      return try self.append(array.run(row), of: array.children[1], to: &digester)
    }
    digester.combine(true)
    try self.appendValue(row, of: array, to: &digester)
    return true
  }

  private mutating func appendValue(
    _ row: Int,
    of array: ArrayData,
    to digester: inout Digester
  ) throws {
    switch array.type {
    case .utf8, .binary, .largeUTF8, .largeBinary:
      guard let range = array.range(row) else { return }
      try self.append(array.slice(2, range.lowerBound, range.count), to: &digester)
    case .utf8View, .binaryView:
      try self.append(array.view(row), to: &digester)
    case .bool:
      digester.combine(array.bit(row))
    case .list, .map, .largeList, .listView, .largeListView:
      guard let range = array.range(row) else { return }
      try self.append(range, of: array.children[0], to: &digester)
    case .fixedSizeList(_, let size):
      try self.append(row * size..<(row + 1) * size, of: array.children[0], to: &digester)
    case .struct:
      for child in array.children { try self.append(row, of: child, to: &digester) }
    case .union(let mode, let typeIDs, _):
      let typeID: UInt8 = array.loaded(row, in: 0)
      digester.combine(typeID)
      let child = array.children[typeIDs.firstIndex(of: Int32(typeID)) ?? 0]
      let offset: Int32 = mode == .dense ? array.loaded(row) : 0
      try self.append(mode == .dense ? Int(offset) : row, of: child, to: &digester)
    default:
      let width = (array.type.bitWidth ?? 0) / 8
      try self.append(array.slice(1, row * width, width), to: &digester)
    }
  }

  private mutating func append(
    _ elements: Range<Int>,
    of array: ArrayData,
    to digester: inout Digester
  ) throws {
    self.remainingElements -= min(elements.count, self.remainingElements + 1)
    guard self.remainingElements >= 0 else { throw VectorFiller.TooManyElements() }
    digester.combine(elements.count)
    for row in elements { try self.append(row, of: array, to: &digester) }
  }

  private mutating func append(_ bytes: ByteBuffer?, to digester: inout Digester) throws {
    guard let bytes else { return }
    try self.spend(bytes.readableBytes)
    digester.combine(bytes: bytes)
  }

  private mutating func spend(_ byteCount: Int) throws {
    self.byteCountSinceLook += byteCount
    guard self.byteCountSinceLook > Self.byteCountBetweenLooks else { return }
    self.byteCountSinceLook = 0
    if self.isCancelled() { throw EngineError.cancelled }
  }
}
