package import ArrowIPC

extension SQLInfo {
  /// The rows of `CommandGetSqlInfo`'s result.
  ///
  /// - Parameter ids: What is asked for; none means all. What isn't known is left out.
  package static func recordBatch(of ids: [UInt32], _ facts: SQLInfoFacts) -> RecordBatch {
    let wanted = Set(ids)
    let infos = Self.allCases.filter { wanted.isEmpty || wanted.contains($0.rawValue) }
    let values = infos.map { $0.value(facts) }
    var batch = RecordBatch(rowCount: infos.count, nodes: [], buffers: [])
    batch.append(numbers: infos.map { Optional($0.rawValue) })
    batch.append(denseUnionOf: values.map(\.typeID))
    batch.append(children: values)
    return batch
  }
}

extension RecordBatch {
  /// The children of the union, each with the values of its own type.
  fileprivate mutating func append(children values: [SQLInfoValue]) {
    var strings: [String?] = []
    var bools: [Bool?] = []
    var bigints: [Int64?] = []
    var int32s: [Int32?] = []
    var lists: [[String]] = []
    var maps: [[Int32: [Int32]]] = []
    for value in values {
      switch value {
      case .string(let value): strings.append(value)
      case .bool(let value): bools.append(value)
      case .bigint(let value): bigints.append(value)
      case .int32(let value): int32s.append(value)
      case .stringList(let value): lists.append(value)
      case .map(let value): maps.append(value)
      }
    }
    self.append(texts: strings)
    self.append(booleans: bools)
    self.append(numbers: bigints)
    self.append(numbers: int32s)
    self.append(listsOfCounts: lists.map(\.count))
    self.append(texts: lists.flatMap { $0 })
    self.append(maps: maps)
  }

  private mutating func append(maps: [[Int32: [Int32]]]) {
    let entries = maps.flatMap { $0.sorted { $0.key < $1.key } }
    self.append(listsOfCounts: maps.map(\.count))
    self.append(structCount: entries.count)
    self.append(numbers: entries.map { Optional($0.key) })
    self.append(listsOfCounts: entries.map(\.value.count))
    self.append(numbers: entries.flatMap(\.value).map { Optional($0) })
  }
}
