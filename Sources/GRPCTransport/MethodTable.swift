package import GRPCCore

/// The methods the server has registered, by request path.
package struct MethodTable: Sendable {
  private let methods: [String: MethodDescriptor]

  package init(_ methods: [MethodDescriptor]) {
    self.methods = Dictionary(
      methods.map { ("/" + $0.fullyQualifiedMethod, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  package subscript(path: String) -> MethodDescriptor? { methods[path] }
}
