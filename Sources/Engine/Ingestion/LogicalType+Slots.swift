internal import DuckDB

extension LogicalType {
  /// The values for which a vector has room in each row from the beginning: elements of arrays and
  /// members of structs, in lists too.
  var slotCount: Int {
    switch self.kind {
    case .array(let element, let size): size * element.slotCount
    case .list(let element): element.slotCount
    case .map(let key, let value): key.slotCount + value.slotCount
    case .struct(let members), .union(let members):
      max(1, members.reduce(0) { $0 + $1.type.slotCount })
    default: 1
    }
  }
}
