import ArrowIPC
import FlightSQL
import Testing

@Suite struct SQLInfoTests {
  @Test func `there are as many ids as the specification has`() {
    let ids = SQLInfo.allCases.map(\.rawValue)
    #expect(ids == Array(0...11) + [100, 101] + Array(500...576))
  }

  @Test func `what isn't asked for or isn't known is left out`() {
    let facts = SQLInfoFacts(duckDBVersion: "v1.5.5")
    #expect(SQLInfo.recordBatch(of: [8, 8, 0, 4_000_000_000], facts).rowCount == 2)
    #expect(SQLInfo.recordBatch(of: [12], facts).rowCount == 0)
    #expect(SQLInfo.recordBatch(of: [], facts).rowCount == SQLInfo.allCases.count)
  }

  @Test func `the version begins with the dialect`() {
    let facts = SQLInfoFacts(duckDBVersion: "v1.5.5")
    #expect(SQLInfo.serverVersion.value(facts) == .string("duckdb v1.5.5"))
  }

  @Test func `a timeout too long for 32 bits is as long as they allow`() {
    var facts = SQLInfoFacts(duckDBVersion: "v1.5.5")
    facts.idleMilliseconds = .max
    #expect(SQLInfo.serverStatementTimeout.value(facts) == .int32(.max))
  }

  @Test func `a batch has the nodes and buffers of its schema`() {
    let facts = SQLInfoFacts(duckDBVersion: "v1.5.5")
    for (batch, schema) in [
      (SQLInfo.recordBatch(of: [], facts), Schema.sqlInfo),
      (SQLInfo.recordBatch(of: [12], facts), Schema.sqlInfo),
      (XdbcTypeInfo.recordBatch(dataType: nil), Schema.xdbcTypeInfo),
      (XdbcTypeInfo.recordBatch(dataType: 77), Schema.xdbcTypeInfo),
    ] {
      #expect(batch.nodes.count == Self.nodeCount(schema.fields))
      #expect(batch.buffers.count == Self.bufferCount(schema.fields))
    }
  }

  private static func nodeCount(_ fields: [Field]) -> Int {
    fields.reduce(0) { $0 + 1 + Self.nodeCount($1.type.children) }
  }

  private static func bufferCount(_ fields: [Field]) -> Int {
    fields.reduce(0) { $0 + $1.type.bufferCount + Self.bufferCount($1.type.children) }
  }
}
