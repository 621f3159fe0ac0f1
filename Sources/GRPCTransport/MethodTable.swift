package import GRPCCore

/// The methods that are served, by request path.
package struct MethodTable: Sendable {
  package struct Method: Sendable {
    package let descriptor: MethodDescriptor
    /// Answers its calls; `nil` where GRPCCore dispatches them.
    package let handler: DirectMethod.Handler?
    /// The largest message of a request, if it is the method's own limit.
    package let messageByteLimit: Int?
  }

  private let methods: [String: Method]

  /// - Parameters:
  ///   - descriptors: The methods that GRPCCore's server has registered.
  ///   - messageByteLimits: Those of methods that have their own, by request path.
  package init(
    _ descriptors: [MethodDescriptor],
    direct: [DirectMethod] = [],
    messageByteLimits: [String: Int] = [:]
  ) {
    let handlers = direct.map { ($0.descriptor, Optional($0.handler)) }
    let methods = (handlers + descriptors.map { ($0, nil) }).map { descriptor, handler in
      let path = "/" + descriptor.fullyQualifiedMethod
      let limit = messageByteLimits[path]
      return (
        path, Method(descriptor: descriptor, handler: handler, messageByteLimit: limit)
      )
    }
    self.methods = Dictionary(methods, uniquingKeysWith: { first, _ in first })
  }

  package subscript(path: String) -> Method? { methods[path] }
}
