import FuzzDriver

/// Feeds arbitrary bytes to what the transport does without I/O; the first byte chooses the part.
@main
enum FuzzTransport {
  static func main() {
    let parts: [(inout FuzzedInput) -> Void] = [
      Framing.splitMessages, Framing.frameMessages, GzipCoding.inflate, GzipCoding.deflate,
      HeaderValues.timeout, HeaderValues.statusMessage, HeaderValues.base64, Stream.run,
    ]
    Fuzzer.run { bytes in
      var input = FuzzedInput(bytes)
      parts[Int(input.byte()) % parts.count](&input)
    }
  }
}
