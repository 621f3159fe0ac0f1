import NIOCore

/// SplitMix64: the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) {
    state = UInt64(bitPattern: Int64(seed))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func bytes(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Cuts `whole` into pieces at random places; some pieces are empty.
  mutating func split(_ whole: ByteBuffer) -> [ByteBuffer] {
    var rest = whole
    var pieces: [ByteBuffer] = []
    let largest = Int.random(in: 1...max(1, whole.readableBytes), using: &self)
    while rest.readableBytes > 0 {
      let byteCount = min(rest.readableBytes, Int.random(in: 0...largest, using: &self))
      if let piece = rest.readSlice(length: byteCount) { pieces.append(piece) }
    }
    return pieces
  }
}
