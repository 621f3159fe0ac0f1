import Engine
import Testing

@Suite struct LakeFunctionsTests {
  private static let once: [String] = [
    "CALL ducklake_merge_adjacent_files('lake', ?)", "call lake.Merge_Adjacent_FILES()",
    "FROM \"ducklake_rewrite_data_files\" ('lake')", "SELECT 1; CALL lake.rewrite_data_files()",
    "EXPLAIN ANALYZE FROM ducklake_rewrite_data_files('lake')",
    "CREATE TEMP TABLE t AS FROM ducklake_merge_adjacent_files('lake')",
  ]

  @Test(arguments: LakeFunctionsTests.once)
  func `a call that rewrites files is found, and may be made`(sql: String) {
    #expect(LakeFunctions.mayRewriteFiles(sql))
    #expect(LakeFunctions.rewritesFilesOnce(sql))
  }

  private static let repeated: [String] = [
    "FROM ducklake_merge_adjacent_files('l') UNION ALL FROM ducklake_rewrite_data_files('l')",
    "WITH m AS NOT MATERIALIZED (FROM ducklake_merge_adjacent_files('l')) FROM m, m AS n",
    "PREPARE p AS FROM ducklake_merge_adjacent_files('l')",
    "CREATE OR REPLACE VIEW v AS FROM ducklake_merge_adjacent_files('l')",
    "CREATE MACRO m() AS TABLE FROM ducklake_rewrite_data_files('l')",
  ]

  @Test(arguments: LakeFunctionsTests.repeated)
  func `what may repeat the call is told`(sql: String) {
    #expect(LakeFunctions.mayRewriteFiles(sql))
    #expect(!LakeFunctions.rewritesFilesOnce(sql))
  }

  private static let others: [String] = [
    "SELECT 'ducklake_merge_adjacent_files(1)' -- rewrite_data_files()",
    "SELECT merge_adjacent_files FROM t",
    "FROM ducklake_list_files('lake', 't')", "CALL ducklake_cleanup_old_files('lake')", "",
  ]

  @Test(arguments: LakeFunctionsTests.others)
  func `other texts have none`(sql: String) {
    #expect(!LakeFunctions.mayRewriteFiles(sql))
  }
}
