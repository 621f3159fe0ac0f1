/// Traps where a condition doesn't hold, and says why: release builds keep the reasons of
/// preconditions to themselves.
package func require(_ condition: Bool, _ reason: @autoclosure () -> String = "") {
  guard condition else { fatalError(reason()) }
}
