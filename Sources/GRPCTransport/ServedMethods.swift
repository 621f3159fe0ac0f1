import GRPCCore

/// What GRPCCore's server asked the transport to serve.
struct ServedMethods: Sendable {
  let methods: MethodTable
  let handler: ConnectionContext.Handler
}
