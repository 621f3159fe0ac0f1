/// One column of a result.
package struct Column: Hashable, Sendable {
  package var name: String
  package var type: LogicalType

  package init(_ name: String, _ type: LogicalType) {
    self.name = name
    self.type = type
  }
}
