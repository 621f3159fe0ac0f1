import Auth
import Testing

@Suite struct LoginAttemptsTests {
  private let start = ContinuousClock.now

  private func seconds(
    _ attempts: LoginAttempts,
    _ name: String,
    _ address: String,
    after seconds: Double
  ) -> Int {
    do throws(AuthenticationError) {
      try attempts.requireAllowed(
        name: name,
        address: address,
        now: self.start + .seconds(seconds)
      )
      return 0
    } catch {
      guard case .tooManyFailures(let seconds) = error else { return -1 }
      return seconds
    }
  }

  @Test func `the delay doubles with each failure of a name, up to a limit`() {
    let attempts = LoginAttempts()
    var delays: [Int] = []
    for _ in 0..<13 {
      attempts.noteFailure(name: "anna", address: "a", now: self.start)
      delays.append(self.seconds(attempts, "anna", "b", after: 0.5))
    }
    #expect(delays == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    #expect(self.seconds(attempts, "anna", "b", after: 59.5) == 1)
    #expect(self.seconds(attempts, "anna", "b", after: 60) == 0)
    #expect(self.seconds(attempts, "bo", "a", after: 0) == 0)
  }

  @Test func `many names from one address are slowed down as well`() {
    let attempts = LoginAttempts()
    for number in 0..<20 {
      #expect(self.seconds(attempts, "user\(number)", "a", after: 0) == 0)
      attempts.noteFailure(name: "user\(number)", address: "a", now: self.start)
    }
    #expect(self.seconds(attempts, "anna", "a", after: 0) > 0)
    #expect(self.seconds(attempts, "anna", "b", after: 0) == 0)
  }

  @Test func `a login that succeeds begins anew`() {
    let attempts = LoginAttempts()
    for _ in 0..<5 { attempts.noteFailure(name: "anna", address: "a", now: self.start) }
    attempts.noteSuccess(name: "anna", address: "a")
    #expect(self.seconds(attempts, "anna", "a", after: 0) == 0)
  }

  @Test func `a login that succeeds clears nobody else's failures`() {
    let attempts = LoginAttempts()
    for number in 0..<20 {
      attempts.noteFailure(name: "user\(number)", address: "a", now: self.start)
      attempts.noteFailure(name: "mallory", address: "a", now: self.start)
      attempts.noteSuccess(name: "mallory", address: "a")
    }
    #expect(self.seconds(attempts, "anna", "a", after: 0) > 0)
  }

  @Test func `old failures are forgotten`() {
    let attempts = LoginAttempts()
    for _ in 0..<5 { attempts.noteFailure(name: "anna", address: "a", now: self.start) }
    attempts.noteFailure(name: "anna", address: "a", now: self.start + .seconds(901))
    #expect(self.seconds(attempts, "anna", "a", after: 901) == 0)
  }

  @Test func `the latest failures are kept when there are too many names`() {
    var limits = LoginAttempts.Limits()
    limits.entryLimit = 100
    limits.freeFailuresOfName = 1
    let attempts = LoginAttempts(limits)
    for number in 0..<1_000 {
      let now = self.start + .milliseconds(number)
      attempts.noteFailure(name: "user\(number)", address: "\(number)", now: now)
    }
    #expect(self.seconds(attempts, "user999", "a", after: 1) == 1)
    #expect(self.seconds(attempts, "user0", "a", after: 0) == 0)
  }
}
