import DuckDB
import GRPCCore
import Server
import Testing

struct RPCErrorTests {
  @Test(
    arguments: [
      ("IO Error: No files found that match the pattern \"x.parquet\"", RPCError.Code.notFound),
      ("IO Error: Cannot open file \"x.csv\": No such file or directory", .notFound),
      ("IO Error: Cannot open file \"x.csv\": Permission denied", .unavailable),
      ("IO Error: Could not write file \"x\": No space left on device", .resourceExhausted),
      (
        """
        IO Error: Failed to perform CHECKPOINT; in DuckLake: Failed to get files scheduled for \
        deletion from DuckLake: Cannot open file "x.parquet": No such file or directory
        """,
        .aborted
      ),
    ]
  )
  func `An IO error tells what is missing, full, taken away or out of reach`(
    message: String,
    code: RPCError.Code
  ) {
    #expect(DuckDBError(code: .io, message: message).rpcErrorCode == code)
  }
}
