import DuckDB
import StatementMix

/// Runs some hundreds of statements and ends, for valgrind to look at what is left.
@main
struct StatementMixRun {
  static func main() throws {
    let connection = try Database(options: ["threads": "1"]).connect()
    try connection.execute("CREATE TABLE t AS SELECT i, 'row ' || i AS s FROM range(5000) r(i)")
    for number in 0..<300 {
      try StatementMix.run(number, on: connection)
    }
  }
}
