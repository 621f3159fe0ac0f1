import GRPCTransport
import NIOCore
import Testing

@Suite struct GRPCTimeoutTests {
  @Test(arguments: [
    ("1H", TimeAmount.hours(1)), ("2M", .minutes(2)), ("3S", .seconds(3)),
    ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("6n", .nanoseconds(6)),
    ("0n", .nanoseconds(0)), ("00000001S", .seconds(1)), ("99999999n", .nanoseconds(99_999_999)),
  ])
  func `each unit is read`(text: String, amount: TimeAmount) {
    #expect(GRPCTimeout(headerValue: text)?.amount == amount)
  }

  @Test(arguments: ["99999999H", "8761H", "99999999M"])
  func `a timeout of more than a year is a year`(text: String) {
    #expect(GRPCTimeout(headerValue: text)?.amount == GRPCTimeout.maximum)
  }

  @Test(arguments: [
    "", "S", "1", "1s", "-1S", "+1S", "1 S", " 1S", "1.5S", "123456789S", "1SS", "٣S",
  ])
  func `anything else is refused`(text: String) {
    #expect(GRPCTimeout(headerValue: text) == nil)
  }
}
