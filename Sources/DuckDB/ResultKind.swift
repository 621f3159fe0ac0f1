/// What executing a statement gave.
package enum ResultKind: Hashable, Sendable {
  case rows
  case changedRows
  case nothing
}
