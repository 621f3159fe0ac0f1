import NIOCore
import NIOHTTP1

/// A refusal in the storage's own terms.
struct StorageError: Error {
  let status: HTTPResponseStatus
  let code: String
  let message: String
  var headers: HTTPHeaders = [:]

  static let blobNotFound = Self(
    status: .notFound,
    code: "BlobNotFound",
    message: "The specified blob does not exist."
  )
  static let pathNotFound = Self(
    status: .notFound,
    code: "PathNotFound",
    message: "The specified path does not exist."
  )
  static let containerNotFound = Self(
    status: .notFound,
    code: "ContainerNotFound",
    message: "The specified container does not exist."
  )
  static let conditionNotMet = Self(
    status: .preconditionFailed,
    code: "ConditionNotMet",
    message: "The condition specified using HTTP conditional header(s) is not met."
  )
  static let notModified = Self(status: .notModified, code: "ConditionNotMet", message: "")
  static let invalidRange = Self(
    status: .rangeNotSatisfiable,
    code: "InvalidRange",
    message: "The range specified is invalid for the current size of the resource."
  )
  static let invalidBlockList = Self(
    status: .badRequest,
    code: "InvalidBlockList",
    message: "The specified block list is invalid."
  )
  static let invalidURI = Self(
    status: .badRequest,
    code: "InvalidUri",
    message: "The requested URI does not represent any resource on the server."
  )
  static let notImplemented = Self(
    status: .notImplemented,
    code: "NotImplemented",
    message: "The double does not know this operation."
  )
  static let flushPosition = Self(
    status: .badRequest,
    code: "InvalidFlushPosition",
    message: "The uploaded data is not contiguous or the position is not its length."
  )

  static func alreadyExists(_ code: String) -> Self {
    Self(status: .conflict, code: code, message: "The specified resource already exists.")
  }

  /// `HEAD` gets the code in a header alone: a type without a body misleads Azure's own client.
  func response(_ method: HTTPMethod, isDataLake: Bool) -> Response {
    var response =
      if method == .HEAD || self.status == .notModified {
        Response(self.status)
      } else if isDataLake {
        Response(
          self.status,
          ["content-type": "application/json"],
          body: .init(string: #"{"error":{"code":"\#(self.code)","message":"\#(self.message)"}}"#)
        )
      } else {
        Response(
          self.status,
          xml: "<Error><Code>\(self.code)</Code><Message>\(self.message)</Message></Error>"
        )
      }
    response.headers.add(contentsOf: self.headers)
    response.headers.add(name: "x-ms-error-code", value: self.code)
    return response
  }
}
