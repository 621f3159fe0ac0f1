internal import GRPCCore
internal import Synchronization

/// The name of a call, by which its client finds it in the log.
enum RequestID {
  /// Carries the id both ways.
  static let header = "x-request-id"

  static let characterLimit = 128

  private static let processPrefix =
    String(UInt32.random(in: .min ... .max), radix: 16) + "-"
  private static let lastNumber = Atomic<UInt64>(0)

  /// The id that the client chose, if it may stand in a log line; else a new one.
  static func id(in metadata: Metadata) -> String {
    for value in metadata[stringValues: Self.header] where Self.isAcceptable(value) { return value }
    let number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    return Self.processPrefix + String(number)
  }

  private static func isAcceptable(_ value: String) -> Bool {
    (1...Self.characterLimit).contains(value.utf8.count)
      && value.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "+"):
          true
        default:
          false
        }
      }
  }
}
