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
      ("IO Error: Parquet files do not support negative intervals", .failedPrecondition),
      ("IO Error: Failed to create directory \"x\": File name too long", .failedPrecondition),
      ("IO Error: Extension \"x.duckdb_extension\" not found.", .failedPrecondition),
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

  @Test(arguments: [DuckDBError.Code.invalid, .io, .transaction])
  func `A catalog in SQLite that another writes to is a conflict`(code: DuckDBError.Code) {
    let message = "Failed to flush changes into DuckLake: database is locked"
    #expect(DuckDBError(code: code, message: message).rpcErrorCode == .aborted)
  }

  private static let refused = "check its key, token or role"
  private static let missing = "no such bucket or container"

  @Test(
    arguments: [
      (
        """
        HTTP Error: HTTP GET error reading 'http://127.0.0.1:9/lake/t.parquet' in region 'x' \
        (HTTP 403 Forbidden)

        SignatureDoesNotMatch: The request signature we calculated does not match.
        """,
        RPCError.Code.permissionDenied, Self.refused
      ),
      (
        "HTTP Error: Unable to connect to URL s3://lake/t.parquet: Unauthorized (HTTP code 401)",
        .permissionDenied, Self.refused
      ),
      (
        """
        IO Error: AzureStorageFileSystem open file 'az://lake/t.parquet' failed with code \
        'InvalidAuthenticationInfo', Reason Phrase: 'Unauthorized', Message: ''
        """,
        .permissionDenied, Self.refused
      ),
      (
        """
        IO Error: AzureBlobStorageFileSystem Read to az://lake/t/ failed with AuthenticationFailed \
        Reason Phrase: Forbidden
        """,
        .permissionDenied, Self.refused
      ),
      (
        """
        HTTP Error: Unable to connect to URL s3://nosuch/t.parquet: Not Found (HTTP code 404)

        NoSuchBucket: The specified bucket does not exist
        """,
        .failedPrecondition, Self.missing
      ),
      (
        """
        IO Error: AzureBlobStorageFileSystem Read to az://nosuch/t/ failed with ContainerNotFound \
        Reason Phrase: Not Found
        """,
        .failedPrecondition, Self.missing
      ),
      (
        "Invalid Error: 404 Not Found\nThe specified container does not exist.\nRequest ID: ",
        .failedPrecondition, Self.missing
      ),
      (
        "HTTP Error: Unable to connect to URL s3://lake/t.parquet: Bad Request (HTTP code 400)",
        .failedPrecondition, "region and endpoint"
      ),
      (
        """
        IO Error: AzureStorageFileSystem open file 'az://lake/t.parquet' failed with code \
        'BlobNotFound', Reason Phrase: 'Not Found', Message: ''
        """,
        .notFound, nil
      ),
      (
        """
        IO Error: Failed to perform CHECKPOINT; in DuckLake: HTTP GET error reading \
        's3://lake/t.parquet' in region 'x' (HTTP 404 Not Found)
        """,
        .aborted, nil
      ),
      ("HTTP Error: Request returned HTTP 503 for HTTP PUT to 'x'", .unavailable, nil),
      (
        """
        IO Error: AzureStorageFileSystem open file 'az://lake/t.parquet' failed with code \
        'ServerBusy', Reason Phrase: 'Too Many Requests', Message: ''
        """,
        .unavailable, nil
      ),
      ("IO Error: Could not establish connection error for HTTP HEAD to 'x'", .unavailable, nil),
      ("Constraint Error: (HTTP 403 Forbidden)", .invalidArgument, nil),
    ] as [(String, RPCError.Code, String?)]
  )
  func `What a storage answers tells whether to mend something or to try again`(
    message: String,
    code: RPCError.Code,
    advice: String?
  ) throws {
    let codes: [Substring: DuckDBError.Code] = [
      "HTTP": .http, "IO": .io, "Invalid": .invalid, "Constraint": .constraint,
    ]
    let kind = try #require(codes[message.prefix { $0 != " " }])
    let error = DuckDBError(code: kind, message: message)
    #expect(error.rpcErrorCode == code)
    #expect(error.rpcErrorMessage.hasPrefix(message))
    let added = error.rpcErrorMessage.dropFirst(message.count)
    #expect(advice.map { added.contains($0) } ?? added.isEmpty)
  }
}
