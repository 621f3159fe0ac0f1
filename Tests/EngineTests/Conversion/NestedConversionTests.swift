import DuckDB
import Engine
import Testing

struct NestedConversionTests {
  @Test func `Lists with NULLs, empty and in between`() throws {
    let sql = """
      SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [NULL, i] ELSE [i, i + 1] END
      FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      let number = Int128(row)
      return switch row % 4 {
      case 0: .null
      case 1: .list([])
      case 2: .list([.null, .int(number)])
      default: .list([.int(number), .int(number + 1)])
      }
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `Lists that share or skip elements of their child`() throws {
    let sql = """
      SELECT l, l[2:], list_reverse(l), list_filter(l, lambda x: x % 2 = 0)
      FROM (SELECT range(i % 9) AS l, i FROM range(20000) t(i)) WHERE i % 3 <> 1 ORDER BY -i
      """
    let columns = try ConvertedResult(sql).columns()
    let lengths = (0..<20_000).reversed().filter { $0 % 3 != 1 }.map { $0 % 9 }
    func lists(_ make: (Int) -> [Int]) -> [Cell] {
      lengths.map { .list(make($0).map { .int(Int128($0)) }) }
    }
    #expect(columns[0] == lists { Array(0..<$0) })
    #expect(columns[1] == lists { Array((0..<$0).dropFirst()) })
    #expect(columns[2] == lists { (0..<$0).reversed() })
    #expect(columns[3] == lists { (0..<$0).filter { $0 % 2 == 0 } })
  }

  @Test func `Arrays keep their places where they are NULL`() throws {
    let sql = """
      SELECT ([[i, NULL]::BIGINT[2], NULL])[1 + (i % 3 = 0)::INTEGER] FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      row % 3 == 0 ? .null : .list([.int(Int128(row)), .null])
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `Structs with NULLs, theirs and their members'`() throws {
    let sql = """
      SELECT CASE WHEN i % 3 = 0 THEN NULL
        ELSE {'a': i, 'b': CASE WHEN i % 2 = 0 THEN NULL ELSE 'row ' || i END} END
      FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      row % 3 == 0
        ? .null : .row([.int(Int128(row)), row % 2 == 0 ? .null : .text("row \(row)")])
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `Maps with NULL values, empty and NULL`() throws {
    let sql = """
      SELECT CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN MAP {} ELSE MAP {i: 'x', i + 1: NULL} END
      FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      let key = Int128(row)
      return switch row % 3 {
      case 0: .null
      case 1: .list([])
      default: .list([.row([.int(key), .text("x")]), .row([.int(key + 1), .null])])
      }
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `A union's NULL is a NULL of its first member`() throws {
    let type = "UNION(n BIGINT, s VARCHAR)"
    let sql = """
      SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN union_value(n := i)::\(type)
        WHEN 2 THEN union_value(s := 'row ' || i)::\(type)
        ELSE union_value(s := NULL::VARCHAR)::\(type) END
      FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      switch row % 4 {
      case 0: .union(tag: 0, .null)
      case 1: .union(tag: 0, .int(Int128(row)))
      case 2: .union(tag: 1, .text("row \(row)"))
      default: .union(tag: 1, .null)
      }
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `Five levels deep, with NULLs at each`() throws {
    let sql = """
      SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE [
        CASE WHEN i % 5 = 0 THEN NULL ELSE {'m': MAP {
          i: CASE WHEN i % 3 = 0 THEN NULL ELSE [
            ([['deep ' || i, NULL]::VARCHAR[2], NULL])[1 + (i % 2 = 0)::INTEGER]
          ] END
        }} END
      ] END FROM range(5000) t(i)
      """
    let expected = (0..<5000).map { row -> Cell in
      let array: Cell = row % 2 == 0 ? .null : .list([.text("deep \(row)"), .null])
      let value: Cell = row % 3 == 0 ? .null : .list([array])
      let entry: Cell = .row([.int(Int128(row)), value])
      let member: Cell = row % 5 == 0 ? .null : .row([.list([entry])])
      return row % 7 == 0 ? .null : .list([member])
    }
    #expect(try ConvertedResult.column(sql) == expected)
  }

  @Test func `Values of the parent's NULLs are never read`() throws {
    let tooLarge = "('1' || repeat('0', 38))::HUGEINT"
    let sql = """
      SELECT CASE WHEN i = 1 THEN s END, ([a, NULL])[1 + (i = 0)::INTEGER], CASE WHEN i = 1 THEN l END
      FROM (SELECT i, {'h': h} AS s, [h]::HUGEINT[1] AS a, [h] AS l
        FROM (SELECT i, CASE WHEN i = 0 THEN \(tooLarge) ELSE 1 END AS h FROM range(2) t(i)))
      """
    let columns = try ConvertedResult(sql).columns()
    #expect(columns[0] == [.null, .row([.int(1)])])
    #expect(columns[1] == [.null, .list([.int(1)])])
    #expect(columns[2] == [.null, .list([.int(1)])])
  }
}
