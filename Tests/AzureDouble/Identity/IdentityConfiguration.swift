/// The identities that tokens are issued to, and what they prove themselves with.
struct IdentityConfiguration {
  let tenant: String
  /// The one that has a client secret, federated tokens, and is assigned to the machine.
  let clientID: String
  let clientSecret: String
  /// What the platform's token endpoint wants in `X-IDENTITY-HEADER`.
  let header: String
  /// The file whose present content a workload's assertion must be.
  let federatedTokenFile: String?
}
