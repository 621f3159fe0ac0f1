import GRPCCore

/// The methods the server has registered, by request path.
struct MethodTable: Sendable {
  private let methods: [String: MethodDescriptor]

  init(_ methods: [MethodDescriptor]) {
    self.methods = Dictionary(
      methods.map { ("/" + $0.fullyQualifiedMethod, $0) }, uniquingKeysWith: { first, _ in first })
  }

  subscript(path: String) -> MethodDescriptor? { methods[path] }
}
