import Server
import Testing

@Suite struct EnvironmentFileTests {
  @Test(arguments: [
    ("A=1", "1"), ("A = 1 ", "1"), ("export A=1", "1"), ("A=", ""), ("A=b=c", "b=c"),
    ("A='1 # 2'", "1 # 2"), (#"A="1\n\"2\\" # no"#, "1\n\"2\\"), ("A=1 # 2", "1"), ("A=1#2", "1#2"),
    (#"A='\n'"#, #"\n"#), (#"A="\d""#, #"\d"#), ("A= # nothing", ""), ("A=#1", "#1"),
    ("A=#1 # 2", "#1"), ("A=\t# 1", ""),
    (#"A="\$1\`""#, "$1`"), (#"A="$1""#, "$1"),
  ])
  func `a line sets a variable`(line: String, value: String) throws {
    let variables = try EnvironmentFile(text: line).variables
    #expect(variables.map(\.name) == ["A"])
    #expect(variables.map(\.value) == [value])
  }

  @Test func `comments and blank lines set nothing`() throws {
    let file = try EnvironmentFile(text: "\n# A=1\n   \r\n\tB=2\r\n")
    #expect(file.variables == [.init(name: "B", value: "2", line: 4)])
  }

  @Test(arguments: ["A", "=1", "A B=1", "A='1", "A='1' 2", "export"])
  func `any other line is refused`(line: String) {
    let error = #expect(throws: ConfigurationError.self) { try EnvironmentFile(text: "\n" + line) }
    #expect(error?.description == ".env, line 2: is not NAME=VALUE")
  }
}
