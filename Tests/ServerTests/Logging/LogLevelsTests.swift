import Logging
import Server
import Testing

@Suite struct LogLevelsTests {
  @Test(arguments: [
    ("info", "info"), ("DEBUG", "debug"), ("Warn", "warning"), ("CRITICAL", "critical"),
    ("info, transport = DEBUG,engine=warning", "info,engine=warning,transport=debug"),
    ("access=error", "info,access=error"),
  ])
  func `levels are read in any case and written in one`(text: String, expected: String) {
    #expect(LogLevels(text: text)?.text == expected)
  }

  @Test func `an exception goes before the level of everything`() {
    let levels = LogLevels(text: "error,access=trace")
    #expect(levels?[.access] == .trace)
    #expect(levels?[.server] == .error)
  }

  @Test(arguments: ["", "loud", "info,debug", "info,nosuch=debug", "access=", "access=info=debug"])
  func `what is no level is refused`(text: String) {
    #expect(LogLevels(text: text)?.text == nil)
  }
}
