/// One change of a snapshot to a table, as DuckLake notes it: `deleted_from_table:7`.
package struct SnapshotChange: Hashable {
  package let kind: String
  package let tableID: String

  /// Whether rows were added and nothing else.
  package var isInsertion: Bool {
    self.kind == "inserted_into_table" || self.kind == "inlined_insert"
  }

  /// Whether DuckLake commits no rows that were added to the table meanwhile.
  package var preventsInsertion: Bool {
    ["deleted_from_table", "inlined_delete", "altered_table", "dropped_table"].contains(self.kind)
  }

  /// The changes in a list with commas; those that name something by its name, such as
  /// `created_table:"main"."t"`, are left out.
  package static func list(_ text: String) -> [SnapshotChange] {
    var isQuoted = false
    let parts = text.split { character in
      if character == "\"" { isQuoted.toggle() }
      return character == "," && !isQuoted
    }
    return parts.compactMap { part in
      guard let colon = part.firstIndex(of: ":") else { return nil }
      let value = part[part.index(after: colon)...]
      guard !value.isEmpty, value.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
      return SnapshotChange(kind: String(part[..<colon]), tableID: String(value))
    }
  }
}
