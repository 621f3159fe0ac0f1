/// A name as DuckDB compares names: upper and lower case of ASCII are alike.
struct FoldedName: Hashable {
  private let bytes: [UInt8]

  init(_ name: String) {
    self.bytes = name.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
  }

  static func firstDuplicate(in names: [String]) -> String? {
    var seen: Set<FoldedName> = []
    return names.first { !seen.insert(FoldedName($0)).inserted }
  }
}
