/// How log lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
  /// For people: time, level, component, message, and then names with values.
  case text
  /// For machines: one JSON object a line.
  case json
}
