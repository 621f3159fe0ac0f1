internal import Foundation

extension HealthReport {
  /// One word for the whole.
  var status: String {
    switch self.phase {
    case .starting: "starting"
    case .draining: "draining"
    case .open: self.isServing ? "serving" : "not_serving"
    }
  }

  /// The report as `/readyz` tells it.
  var json: String {
    let components = self.components.map { ($0.name, Document.Component($0)) }
    let document = Document(
      status: self.status,
      components: Dictionary(uniqueKeysWithValues: components)
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts are all there is in it: they can always be encoded.
    let data = (try? encoder.encode(document)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}

/// The report's form in JSON.
private struct Document: Encodable {
  struct Component: Encodable {
    let status: String
    let message: String?
    let since: String
    let details: [String: String]?

    init(_ component: HealthComponent) {
      self.since = component.since.formatted(.iso8601)
      self.status = component.state.word
      self.message = component.state.reason
      self.details = component.details.isEmpty ? nil : component.details
    }
  }

  let status: String
  let components: [String: Component]
}
