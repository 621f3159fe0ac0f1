import FuzzDriver

/// Reads arbitrary text as the server does before DuckDB sees it.
@main
enum FuzzSQL {
  static func main() {
    let oracle = Oracle.ready
    Fuzzer.run { bytes in
      let sql = String(decoding: bytes, as: UTF8.self)
      Reading.check(sql)
      oracle.check(sql)
    }
  }
}
