package import Engine
package import Foundation

/// What stands for the result of a query: the handle by which its announcer keeps it, and, if the
/// announcer shares its key with others, a seal by which they can run it.
package struct QueryTicket: Hashable, Sendable {
  package let handle: Handle
  /// Empty if only the announcer can serve it.
  package let seal: [UInt8]

  package init(handle: Handle, seal: [UInt8] = []) {
    self.handle = handle
    self.seal = seal
  }

  /// A ticket as a client sent it back.
  package init(_ bytes: Data) throws(EngineError) {
    guard let handle = Handle(bytes.prefix(Handle.byteCount)) else { throw .unknownTicket }
    self.handle = handle
    self.seal = Array(bytes.dropFirst(Handle.byteCount))
  }

  package var bytes: Data { Data(self.handle.bytes + self.seal) }
}
