import ArrowIPC
import FuzzDriver
import NIOCore

/// Takes arbitrary bytes as the messages of an ingestion, all the way into DuckDB.
@main
enum FuzzIngestion {
  static func main() {
    let vectors = Vectors.ready
    let tables = Tables.ready
    Fuzzer.run { bytes in
      let messages = WireMessage.messages(in: ByteBuffer(bytes: bytes))
      var limits = DecoderLimits()
      // Columns of nulls take no bytes: inserting millions of them finds nothing.
      limits.rowCount = 4096
      let decoded = try? StreamDecoder.decode(messages, limits: limits)
      guard let decoded, let schema = decoded.0, !schema.fields.isEmpty else { return }
      let batches = decoded.1.map(\.isolated)
      Parameters.read(schema, batches)
      guard vectors.fill(schema, batches) else { return }
      tables.insert(messages, rowCount: batches.reduce(0) { $0 + $1.rowCount })
    }
  }
}
