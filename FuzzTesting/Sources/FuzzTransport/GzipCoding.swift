import FuzzDriver
import GRPCCore
import GRPCTransport
import NIOCore

enum GzipCoding {
  /// What zlib needs for itself.
  private static let zlibByteCount = 512 << 10

  /// However much a message inflates to, the limit holds.
  static func inflate(_ input: inout FuzzedInput) {
    let limit = 1 + input.number(below: 1 << 16)
    let data = ByteBuffer(bytes: input.rest())
    let allowance = Self.zlibByteCount + 8 * limit + 8 * data.readableBytes
    let inflated = Allowance.hold(allowance, for: "inflating") {
      try? Gzip.inflate(data, byteLimit: limit)
    }
    guard let inflated else { return }
    require(inflated.readableBytes <= limit)
    Self.requireRoundTrip(inflated)
  }

  static func deflate(_ input: inout FuzzedInput) {
    let repetitions = 1 + input.number(below: 64)
    let bytes = input.rest()
    var data = ByteBuffer()
    for _ in 0..<repetitions { data.writeBytes(bytes) }
    Self.requireRoundTrip(data)
  }

  private static func requireRoundTrip(_ data: ByteBuffer) {
    guard let deflated = try? Gzip.deflate(data),
      let again = try? Gzip.inflate(deflated, byteLimit: data.readableBytes)
    else { fatalError("what was deflated can't be inflated") }
    require(again == data, "gzip changed a message")
    guard data.readableBytes > 0 else { return }
    let short = try? Gzip.inflate(deflated, byteLimit: data.readableBytes - 1)
    require(short == nil, "a message is above its limit")
  }
}
