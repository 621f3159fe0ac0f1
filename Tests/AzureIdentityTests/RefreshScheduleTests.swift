import AzureIdentity
import Foundation
import Testing

@Suite struct RefreshScheduleTests {
  private let start = Date(timeIntervalSince1970: 1_000_000)

  private func after(_ seconds: Double) -> Date { self.start.addingTimeInterval(seconds) }

  private func schedule(lifetime: Double, margin: Double = 300) -> RefreshSchedule {
    var schedule = RefreshSchedule(margin: margin)
    _ = schedule.note(expiry: self.after(lifetime), at: self.start)
    return schedule
  }

  @Test(arguments: [
    // A day, an hour: half of it.
    (86_400.0, 300.0, 43_200.0), (3_600, 300, 1_800),
    // The margin is nearer than half.
    (480, 300, 180), (3_600, 2_700, 900),
    // Shorter than the margin, or about as short: it isn't asked for all the time.
    (301, 300, 75.25), (100, 300, 25), (8, 300, 2), (2, 300, 1),
  ])
  func `A token is replaced after half its life, earlier for the margin`(
    _ lifetime: Double,
    _ margin: Double,
    _ delay: Double
  ) {
    let schedule = self.schedule(lifetime: lifetime, margin: margin)
    #expect(schedule.due == self.after(delay))
    #expect(schedule.state(at: self.start) == .ok)
  }

  @Test func `Before the first token there is no state, and one is due`() {
    let schedule = RefreshSchedule(margin: 300)
    #expect(schedule.state(at: self.start) == nil)
    #expect(schedule.due < self.start)
  }

  @Test func `The same token again is polled for at an even pace, and that is no failure`() {
    var schedule = self.schedule(lifetime: 3_600)
    var now = schedule.due
    for _ in 0..<20 {
      let isNew = schedule.note(expiry: self.after(3_600), at: now)
      #expect(!isNew)
      #expect(schedule.due == now.addingTimeInterval(RefreshSchedule.pollInterval))
      #expect(schedule.state(at: now) == .ok)
      now = schedule.due
    }
    // Near its end, more often.
    _ = schedule.note(expiry: self.after(3_600), at: self.after(3_560))
    #expect(schedule.due == self.after(3_580))
    _ = schedule.note(expiry: self.after(3_600), at: self.after(3_599.5))
    #expect(schedule.due == self.after(3_600.5))
    // An older one is no better.
    let isNew = schedule.note(expiry: self.after(3_000), at: self.after(3_599.6))
    #expect(!isNew)
    #expect(schedule.expiry == self.after(3_600))
  }

  @Test func `After failures it is asked less and less often, and the old token counts`() {
    var schedule = self.schedule(lifetime: 86_400)
    var now = self.after(43_200)
    for delay in [30.0, 60, 120, 240, 300, 300, 300] {
      schedule.noteFailure(at: now)
      #expect(schedule.due == now.addingTimeInterval(delay))
      #expect(schedule.state(at: now) == .degraded)
      now = schedule.due
    }
    let isNew = schedule.note(expiry: now.addingTimeInterval(86_400), at: now)
    #expect(isNew)
    #expect(schedule.state(at: now) == .ok)
    // The next failure is the first again.
    schedule.noteFailure(at: now)
    #expect(schedule.due == now.addingTimeInterval(30))
  }

  @Test func `A token that ends soon is asked for sooner after a failure`() {
    var schedule = self.schedule(lifetime: 10)
    schedule.noteFailure(at: self.after(2))
    #expect(schedule.due == self.after(6))
    schedule.noteFailure(at: self.after(9.5))
    #expect(schedule.due == self.after(10.5))
  }

  @Test func `An expired token is told, and asked for at the shortest interval`() {
    var schedule = self.schedule(lifetime: 10)
    #expect(schedule.state(at: self.after(9.9)) == .ok)
    #expect(schedule.state(at: self.after(10)) == .expired)
    for second in stride(from: 10.0, to: 300, by: 30) {
      schedule.noteFailure(at: self.after(second))
      #expect(schedule.state(at: self.after(second)) == .expired)
      #expect(schedule.due == self.after(second + RefreshSchedule.shortestBackoff))
    }
  }
}
