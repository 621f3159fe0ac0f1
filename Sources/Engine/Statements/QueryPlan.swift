internal import Foundation

/// DuckDB's plan of a query, as `EXPLAIN (FORMAT json)` tells it.
struct QueryPlan: Decodable {
  /// One of the plan's steps, and those it gets its rows from.
  private struct Step: Decodable {
    var name: String
    var children: [Step]

    var sources: [String] {
      self.children.isEmpty ? [self.name] : self.children.flatMap(\.sources)
    }
  }

  /// Where rows come from without anything outside DuckDB having a say: tables of its own, and what
  /// the same query computes elsewhere.
  private static let ownSources: Set = ["SEQ_SCAN", "DUMMY_SCAN", "CTE_SCAN", "DELIM_SCAN"]

  private var steps: [Step]

  init(from decoder: any Decoder) throws {
    self.steps = try [Step](from: decoder)
  }

  /// `nil` if it isn't a plan as DuckDB writes them.
  init?(json: String) {
    guard let plan = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
    self = plan
  }

  /// Whether all rows come from DuckDB's own tables, or from the query itself.
  ///
  /// It doesn't tell of sources that the plan leaves out, because nothing comes of them: a plan with
  /// such gaps isn't one of these either.
  var readsOwnTablesOnly: Bool {
    self.steps.flatMap(\.sources).allSatisfy(Self.ownSources.contains)
  }
}
