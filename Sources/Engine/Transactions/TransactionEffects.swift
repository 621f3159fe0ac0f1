/// What the statements of a connection's open transaction have done so far.
struct TransactionEffects {
  /// Whether they may have changed data.
  var hasChangedData = false
  /// Whether the transaction names its author.
  var isSigned = false
  /// Whether they have put files of the lake in the place of others.
  var hasRewrittenFiles = false
  /// What they change in the lake.
  var lake: LakeChanges
  /// The lake's definitions that they refer to.
  var definitions: KeptDefinitions?
  /// Whether the statement at work is to be compiled with some that are kept then, too.
  var compilesDefinition = false
}
