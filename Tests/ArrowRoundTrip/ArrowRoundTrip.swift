import ArrowIPC
import Foundation
import NIOCore

/// Reads an Arrow IPC stream, decodes it, and writes it encoded anew: other implementations of
/// Arrow tell whether anything was lost.
@main
enum ArrowRoundTrip {
  static func main() {
    do {
      FileHandle.standardOutput.write(
        try Self.roundTrip(FileHandle.standardInput.readToEnd() ?? Data())
      )
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func roundTrip(_ input: Data) throws -> Data {
    let messages = MessageDecoder()
    var stream = IPCStream(ByteBuffer(bytes: input)) { try messages.decode($0).bodyByteCount }
    var decoder = StreamDecoder()
    var encoder: StreamEncoder?
    while let frame = try stream.next() {
      switch try decoder.decode(header: frame.header, body: frame.body) {
      case .schema(let schema): encoder = StreamEncoder(schema)
      case .dictionary: break
      case .batch(let batch): encoder?.write(batch)
      }
    }
    var output = Data(encoder?.bytes.readableBytesView ?? ByteBuffer().readableBytesView)
    output.append(contentsOf: IPCStream.end)
    return output
  }
}
