/// The query of a `CREATE TABLE … AS`.
struct TableQuery {
  private let text: String

  /// Looks for one in a statement, or in what it prepares or explains.
  init?(_ tokens: SQLTokens, _ statement: [SQLToken]) {
    func word(_ index: Int) -> String? { StatementGuard.word(at: index, tokens, statement) }
    var depth = 0
    var isTable = false
    var start: Int?
    for index in statement.indices {
      if tokens.isSymbol(statement[index], "(") { depth += 1 }
      if tokens.isSymbol(statement[index], ")") { depth -= 1 }
      guard depth == 0 else { continue }
      switch word(index) {
      case "create":
        let object = statement.indices.first {
          $0 > index && !(word($0).map(StatementKindRules.createModifiers.contains) ?? false)
        }
        isTable = object.flatMap(word) == "table"
      case "as" where isTable:
        start = index + 1
      default:
        continue
      }
      if start != nil { break }
    }
    guard let start else { return nil }
    var end = statement.count
    // WITH DATA, WITH NO DATA
    if word(end - 1) == "data" {
      let with = word(end - 2) == "no" ? end - 3 : end - 2
      if word(with) == "with" { end = with }
    }
    guard start < end else { return nil }
    let bytes = statement[start].range.lowerBound..<statement[end - 1].range.upperBound
    self.text = String(decoding: tokens.bytes[bytes], as: UTF8.self)
  }

  /// A query with the same columns that has no rows and computes none.
  var withoutRows: String { "FROM (\(self.text)) LIMIT 0" }
}
