internal import Engine

/// Why a component doesn't work.
struct HealthFailure: Error {
  /// For anybody who asks.
  let message: String
  /// What the log adds to it.
  let detail: String?

  init(_ message: String, detail: String? = nil) {
    self.message = message
    self.detail = detail
  }

  /// An error's own text is for the log alone: it may tell too much.
  init(_ error: any Error) {
    switch error {
    case let failure as HealthFailure: self = failure
    case let error as ProbeError: self.init(error.message, detail: error.detail)
    default: self.init("The check failed.", detail: "\(error)")
    }
  }
}
