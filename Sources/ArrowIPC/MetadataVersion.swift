/// The versions of `Schema.fbs`; those before V4 predate Arrow 0.8 and are refused.
enum MetadataVersion: Int16 {
  /// Unions still had a validity buffer.
  case v4 = 3
  case v5 = 4
}
