import ArrowIPC

/// Makes random schemas out of every type there is.
struct FieldGenerator {
  var random: SeededGenerator
  private var nextDictionaryID: Int64 = -1

  init(seed: Int) {
    self.random = SeededGenerator(seed: seed)
  }

  static let flatTypes: [DataType] =
    [
      .null, .bool, .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView,
      .floatingPoint(.half), .floatingPoint(.single), .floatingPoint(.double),
      .fixedSizeBinary(byteWidth: 0), .fixedSizeBinary(byteWidth: 5),
      .decimal(precision: 1, scale: 0, bitWidth: 32),
      .decimal(precision: 18, scale: 3, bitWidth: 64),
      .decimal(precision: 38, scale: -2, bitWidth: 128),
      .decimal(precision: 76, scale: 76, bitWidth: 256),
      .date(.day), .date(.millisecond),
      .interval(.yearMonth), .interval(.dayTime), .interval(.monthDayNano),
      .timestamp(.microsecond, timeZone: nil), .timestamp(.nanosecond, timeZone: "Europe/Berlin"),
    ]
    + [8, 16, 32, 64].flatMap {
      [.int(bitWidth: $0, isSigned: true), .int(bitWidth: $0, isSigned: false)]
    }
    + [.second, .millisecond, .microsecond, .nanosecond].flatMap { (unit: DataType.TimeUnit) in
      [.time(unit), .timestamp(unit, timeZone: "UTC"), .duration(unit)]
    }

  mutating func schema(columnCount: Int, depth: Int) -> Schema {
    Schema(
      fields: (0..<columnCount).map { _ in self.field(depth: depth) },
      metadata: self.metadata()
    )
  }

  mutating func field(_ name: String? = nil, depth: Int, isNullable: Bool? = nil) -> Field {
    let type = self.type(depth: depth)
    var field = Field(
      name ?? self.name(),
      type,
      isNullable: isNullable ?? Bool.random(using: &self.random),
      metadata: self.metadata()
    )
    if self.random.chance(0.15) {
      self.nextDictionaryID += 1
      field.dictionary = DictionaryEncoding(
        id: self.nextDictionaryID,
        indexType: .int(
          bitWidth: [8, 16, 32, 64].randomElement(using: &self.random) ?? 8,
          isSigned: Bool.random(using: &self.random)
        ),
        isOrdered: Bool.random(using: &self.random)
      )
    }
    return field
  }

  private mutating func type(depth: Int) -> DataType {
    guard depth > 1, self.random.chance(0.7) else {
      return Self.flatTypes.randomElement(using: &self.random) ?? .null
    }
    let count = Int.random(in: 0...3, using: &self.random)
    switch Int.random(in: 0..<10, using: &self.random) {
    case 0: return .list(self.field(depth: depth - 1))
    case 1: return .largeList(self.field(depth: depth - 1))
    case 2: return .listView(self.field(depth: depth - 1))
    case 3: return .largeListView(self.field(depth: depth - 1))
    case 4: return .fixedSizeList(self.field(depth: depth - 1), size: count)
    case 5: return .struct((0..<count).map { _ in self.field(depth: depth - 1) })
    case 6: return self.map(depth: depth)
    case 7: return .union(.sparse, typeIDs: self.typeIDs(count), fields: self.members(count, depth))
    case 8: return .union(.dense, typeIDs: self.typeIDs(count), fields: self.members(count, depth))
    default:
      let bitWidth = [16, 32, 64].randomElement(using: &self.random) ?? 16
      let runEnds = Field("run_ends", .int(bitWidth: bitWidth, isSigned: true), isNullable: false)
      return .runEndEncoded(runEnds: runEnds, values: self.field("values", depth: depth - 1))
    }
  }

  private mutating func map(depth: Int) -> DataType {
    let key = Field("key", .utf8, isNullable: false)
    let entries = DataType.struct([key, self.field("value", depth: depth - 1)])
    return .map(
      entries: Field("entries", entries, isNullable: false),
      keysSorted: Bool.random(using: &self.random)
    )
  }

  /// Unions without members have no rows, so there is always one.
  private mutating func members(_ count: Int, _ depth: Int) -> [Field] {
    (0..<max(count, 1)).map { _ in self.field(depth: depth - 1) }
  }

  private mutating func typeIDs(_ count: Int) -> [Int32] {
    Array((Int32(0)...127).shuffled(using: &self.random).prefix(max(count, 1)))
  }

  private mutating func name() -> String {
    ["", "id", "größe", "a rather long name, with spaces"].randomElement(using: &self.random) ?? ""
  }

  private mutating func metadata() -> [KeyValue] {
    guard self.random.chance(0.2) else { return [] }
    return [KeyValue("key", ""), KeyValue("key", "again"), KeyValue("", "世界")]
  }
}
