import GRPCTransport
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
    ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
  ])
  func `values are written without padding and read with or without it`(
    plain: String,
    encoded: String
  ) {
    let bytes = Array(plain.utf8)
    let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.decode(encoded[...]) == bytes)
    #expect(Base64.decode((encoded + padding)[...]) == bytes)
  }

  @Test func `any bytes come back`() {
    var generator = SeededGenerator(seed: 1)
    for byteCount in 0..<200 {
      let bytes = generator.bytes(count: byteCount)
      #expect(Base64.decode(Base64.encode(bytes)[...]) == bytes)
    }
  }

  @Test(arguments: ["A", "AAAAA", "A===", "Zm9v\n", "Zm-v", "Zm_v", "Z=9v", "Zm9v====", "é"])
  func `what isn't base64 is refused`(text: String) {
    #expect(Base64.decode(text[...]) == nil)
  }
}
