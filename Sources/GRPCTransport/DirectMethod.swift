package import GRPCCore

/// A method that the transport has answered without GRPCCore's dispatch, whose tasks and sequences
/// cost a small call more than its answer does.
package struct DirectMethod: Sendable {
  /// Answers a call and ends its response, on its connection's event loop: it must not block.
  package typealias Handler = @Sendable (DirectCall) async -> Void

  let descriptor: MethodDescriptor
  let handler: Handler

  /// - Parameter descriptor: Of a method whose request is one message.
  package init(_ descriptor: MethodDescriptor, handler: @escaping Handler) {
    self.descriptor = descriptor
    self.handler = handler
  }
}
