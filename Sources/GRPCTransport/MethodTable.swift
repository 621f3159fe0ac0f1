package import GRPCCore

/// The methods that are served, by request path.
package struct MethodTable: Sendable {
  package struct Method: Sendable {
    package let descriptor: MethodDescriptor
    /// Answers its calls; `nil` where GRPCCore dispatches them.
    package let handler: DirectMethod.Handler?
  }

  private let methods: [String: Method]

  /// - Parameter descriptors: The methods that GRPCCore's server has registered.
  package init(_ descriptors: [MethodDescriptor], direct: [DirectMethod] = []) {
    let methods =
      direct.map { Method(descriptor: $0.descriptor, handler: $0.handler) }
      + descriptors.map { Method(descriptor: $0, handler: nil) }
    self.methods = Dictionary(
      methods.map { ("/" + $0.descriptor.fullyQualifiedMethod, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  package subscript(path: String) -> Method? { methods[path] }
}
