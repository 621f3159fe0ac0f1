import NIOHTTP1

/// Blob Storage and Data Lake Storage: authorizes a request and hands it to the API that it is for.
struct StorageService {
  static let version = "2025-05-05"

  let authorizer: StorageAuthorizer
  let blobs: BlobService
  let paths: PathService

  func answer(_ request: Request) -> Response {
    var isDataLake = false
    var response: Response
    do {
      let address = try StorageAddress(request)
      isDataLake = address.isDataLake
      try self.authorizer.authorize(request, for: address.account)
      response = try self.answer(request, address)
    } catch let error as StorageError {
      response = error.response(request.method, isDataLake: isDataLake)
    } catch {
      let failure = StorageError(
        status: .internalServerError,
        code: "InternalError",
        message: "The double failed."
      )
      response = failure.response(request.method, isDataLake: isDataLake)
    }
    response.headers.add(name: "x-ms-version", value: Self.version)
    return response
  }

  private func answer(_ request: Request, _ address: StorageAddress) throws -> Response {
    guard let container = address.container else { throw StorageError.invalidURI }
    return switch (address.blob, address.isDataLake) {
    case (let path?, true): try self.paths.answer(request, path, in: container)
    case (nil, true): try self.paths.answer(request, container: container)
    case (let blob?, false): try self.blobs.answer(request, blob, in: container)
    case (nil, false): try self.blobs.answer(request, container: container)
    }
  }
}
