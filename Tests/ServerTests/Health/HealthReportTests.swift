import Foundation
import Server
import Testing

struct HealthReportTests {
  private let start = Date(timeIntervalSince1970: 0)
  private let later = Date(timeIntervalSince1970: 60)

  private func report(_ names: String...) -> HealthReport {
    var report = HealthReport()
    for name in names { report.expect(name, at: self.start) }
    return report
  }

  @Test func `A server is serving once it is open and every component was found well`() {
    var report = self.report("a", "b")
    report.open()
    #expect(!report.isServing)
    do {
      let hasChanged = report.note(.serving, of: "a", at: self.later)
      #expect(hasChanged)
    }
    #expect(!report.isServing)
    do {
      let hasChanged = report.note(.serving, of: "b", at: self.later)
      #expect(hasChanged)
    }
    #expect(report.isServing)
  }

  @Test func `A server that isn't open is not serving, however well its components are`() {
    var report = self.report("a")
    _ = report.note(.serving, of: "a", at: self.later)
    #expect(!report.isServing)
  }

  @Test func `A component that fails ends serving, and its recovery brings it back`() {
    var report = self.report("a")
    report.open()
    _ = report.note(.serving, of: "a", at: self.start)
    do {
      let hasChanged = report.note(.notServing("x"), of: "a", at: self.later)
      #expect(hasChanged)
    }
    #expect(!report.isServing)
    do {
      let hasChanged = report.note(.serving, of: "a", at: self.later)
      #expect(hasChanged)
    }
    #expect(report.isServing)
  }

  @Test func `Another reason for the same is no news and leaves the time`() {
    var report = self.report("a")
    do {
      let hasChanged = report.note(.notServing("x"), of: "a", at: self.start)
      #expect(hasChanged)
    }
    do {
      let hasChanged = report.note(.notServing("y"), of: "a", at: self.later)
      #expect(!hasChanged)
    }
    #expect(report.components.first?.state == .notServing("y"))
    #expect(report.components.first?.since == self.start)
  }

  @Test func `A server that drains never serves again`() {
    var report = self.report("a")
    _ = report.note(.serving, of: "a", at: self.start)
    report.open()
    report.drain()
    #expect(!report.isServing)
    report.open()
    #expect(report.phase == .draining)
  }

  @Test func `What nobody expects is not noted`() {
    var report = self.report("a")
    do {
      let hasChanged = report.note(.serving, of: "b", at: self.later)
      #expect(!hasChanged)
    }
    #expect(report == self.report("a"))
  }
}
