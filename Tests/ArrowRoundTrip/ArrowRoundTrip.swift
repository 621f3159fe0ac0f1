import ArrowIPC
import Foundation
import NIOCore

/// Reads an Arrow IPC stream, decodes it, and writes it encoded anew: other implementations of
/// Arrow tell whether anything was lost.
@main
enum ArrowRoundTrip {
  static func main() throws {
    let input = try FileHandle.standardInput.readToEnd() ?? Data()
    let messages = MessageDecoder()
    var stream = IPCStream(ByteBuffer(bytes: input)) { try messages.decode($0).bodyByteCount }
    var decoder = StreamDecoder()
    var encoder: StreamEncoder?
    do {
      while let frame = try stream.next() {
        switch try decoder.decode(header: frame.header, body: frame.body) {
        case .schema(let schema): encoder = StreamEncoder(schema)
        case .dictionary: break
        case .batch(let batch): encoder?.write(batch)
        }
      }
    } catch let error as ArrowIPCError {
      FileHandle.standardError.write(Data("\(error.code): \(error.message)\n".utf8))
      exit(1)
    }
    let output = encoder.map { $0.bytes.readableBytesView } ?? ByteBuffer().readableBytesView
    FileHandle.standardOutput.write(Data(output))
    FileHandle.standardOutput.write(Data(IPCStream.end))
  }
}
