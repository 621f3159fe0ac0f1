import Engine
import Testing

@Suite struct SnapshotChangeTests {
  @Test func `changes to tables are read, and what has a name is left out`() {
    let text =
      #"created_table:"main"."a,deleted_from_table:3",inserted_into_table:4,deleted_from_table:12,dropped_schema:2"#
    let changes = SnapshotChange.list(text)
    #expect(changes.map(\.kind) == ["inserted_into_table", "deleted_from_table", "dropped_schema"])
    #expect(changes.map(\.tableID) == ["4", "12", "2"])
    #expect(changes.map(\.isInsertion) == [true, false, false])
    #expect(changes.map(\.preventsInsertion) == [false, true, false])
  }

  @Test(arguments: ["", ",", "deleted_from_table", "deleted_from_table:", "merge_adjacent:x", ":"])
  func `nothing is made of what isn't a change`(text: String) {
    #expect(SnapshotChange.list(text).isEmpty)
  }
}
