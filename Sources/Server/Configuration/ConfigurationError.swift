/// What is wrong with the settings, each problem in a sentence of its own.
package struct ConfigurationError: Error, CustomStringConvertible {
  package let problems: [String]

  package init(_ problems: String...) {
    self.problems = problems
  }

  init(problems: [String]) {
    self.problems = problems
  }

  package var description: String { self.problems.joined(separator: "\n") }
}
