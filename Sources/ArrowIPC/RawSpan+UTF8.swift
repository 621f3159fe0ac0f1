extension RawSpan {
  /// Tells whether the bytes are well-formed UTF-8 (Unicode, table 3-7).
  func textEncoding(_ range: Range<Int>) -> TextEncoding {
    var index = range.lowerBound
    var encoding = TextEncoding.ascii
    while true {
      while index + 8 <= range.upperBound,
        self.integer(UInt64.self, atByte: index) & 0x8080_8080_8080_8080 == 0
      {
        index += 8
      }
      guard index < range.upperBound else { return encoding }
      let lead = self.integer(UInt8.self, atByte: index)
      if lead < 0x80 {
        index += 1
        continue
      }
      let byteCount = self.sequenceByteCount(lead: lead, at: index, end: range.upperBound)
      guard byteCount > 0 else { return .invalid }
      encoding = .utf8
      index += byteCount
    }
  }

  /// Whether a character could begin at the byte, rather than go on.
  func isCharacterBoundary(at index: Int) -> Bool {
    self.integer(UInt8.self, atByte: index) & 0xC0 != 0x80
  }

  /// The length of the multi-byte sequence at `index`, or 0 if it is ill-formed.
  private func sequenceByteCount(lead: UInt8, at index: Int, end: Int) -> Int {
    let second: ClosedRange<UInt8>
    let byteCount: Int
    switch lead {
    case 0xC2...0xDF: (second, byteCount) = (0x80...0xBF, 2)
    case 0xE0: (second, byteCount) = (0xA0...0xBF, 3)
    case 0xED: (second, byteCount) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, byteCount) = (0x80...0xBF, 3)
    case 0xF0: (second, byteCount) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, byteCount) = (0x80...0xBF, 4)
    case 0xF4: (second, byteCount) = (0x80...0x8F, 4)
    default: return 0
    }
    guard index + byteCount <= end, second ~= self.integer(UInt8.self, atByte: index + 1)
    else { return 0 }
    for position in (index + 2)..<max(index + 2, index + byteCount)
    where self.isCharacterBoundary(at: position) {
      return 0
    }
    return byteCount
  }
}
