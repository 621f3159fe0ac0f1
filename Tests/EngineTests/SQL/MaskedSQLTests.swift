import Engine
import Testing

@Suite struct MaskedSQLTests {
  @Test(arguments: [
    ("SELECT a1 FROM t WHERE b = 'x''y'", "SELECT a1 FROM t WHERE b = ?"),
    ("SELECT -2.5e-3, 1_000, .5, 0x1f", "SELECT -?, ?, ?, ?"),
    ("SELECT E'a\\'b', X'00', $$c$$, $t$d$t$", "SELECT ?, ?, ?, ?"),
    ("SELECT \"a 'b' 1\", $1, ?", "SELECT \"a 'b' 1\", $1, ?"),
    ("SELECT 1 -- secret\n, /* 's' */ 2", "SELECT ?\n, ?"),
    ("SELECT 1 -- it's\r, 'secret'", "SELECT ? , ?"),
    ("SELECT 1 AS a$$, 'secret' --$$", "SELECT ? AS a$$, ? "),
    ("SELECT 1E'secret'", "SELECT ?"),
    ("SELECT 'unterminated", "SELECT ?"),
    ("SELECT E'unterminated\\", "SELECT ?"),
    ("SELECT $$unterminated", "SELECT ?"),
    ("", ""),
  ])
  func `literals become question marks`(sql: String, expected: String) {
    #expect(MaskedSQL(sql).text == expected)
  }

  @Test(arguments: [
    "CREATE SECRET s (TYPE s3, KEY_ID 'x')", "attach 'postgres:password=x' AS p",
    "FROM 'https://host/x?sig=y'", "SET s3_session_token = 'x'",
  ])
  func `texts that bring secrets are told`(sql: String) {
    #expect(MaskedSQL(sql).mayHoldSecrets)
  }

  @Test func `others are not`() {
    #expect(!MaskedSQL("SELECT name FROM users WHERE id = 7").mayHoldSecrets)
  }
}
