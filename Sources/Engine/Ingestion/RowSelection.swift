/// The rows of an array that go to a vector, in the vector's order.
enum RowSelection {
  case range(Range<Int>)
  /// Rows by number, ``null`` or ``skipped``.
  case indices([Int32])

  /// The vector's row is NULL.
  static let null: Int32 = -1
  /// The vector's row is written from elsewhere.
  static let skipped: Int32 = -2

  var count: Int {
    switch self {
    case .range(let range): range.count
    case .indices(let indices): indices.count
    }
  }

  /// Calls `body` with each row that has a value, and its place among all.
  @inline(__always)
  func forEach<Failure: Error>(
    _ body: (_ row: Int, _ place: Int) throws(Failure) -> Void
  ) throws(Failure) {
    switch self {
    case .range(let range):
      var place = 0
      for row in range {
        try body(row, place)
        place &+= 1
      }
    case .indices(let indices):
      for place in 0..<indices.count where indices[place] >= 0 {
        try body(Int(indices[place]), place)
      }
    }
  }

  /// The rows that `map` tells for each row; what is NULL or skipped stays so.
  @inline(__always)
  func mapped(_ map: (_ row: Int) -> Int32) -> RowSelection {
    switch self {
    case .range(let range): .indices(range.map { map($0) })
    case .indices(let indices): .indices(indices.map { $0 >= 0 ? map(Int($0)) : $0 })
    }
  }
}
