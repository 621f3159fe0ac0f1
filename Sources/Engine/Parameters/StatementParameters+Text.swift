internal import DuckDB

extension StatementParameters {
  /// The statement with casts to text around the parameters whose types it doesn't determine, for
  /// which clients are told to send text.
  ///
  /// - Returns: `nil` where there are none, or none that can be told from other things.
  func castingUndetermined(in sql: String) -> String? {
    let undetermined = Set(
      self.parameters.filter { $0.type.kind == .unknown }.map { FoldedName($0.name) }
    )
    var reader = SQLTokenReader(Array(sql.utf8))
    var text: [UInt8] = []
    var copiedCount = 0
    var position = 0
    while let token = try? reader.next() {
      var range = token.range
      guard token.kind == .symbol else { continue }
      let name: String
      switch reader.bytes[range.lowerBound] {
      case UInt8(ascii: "?"):
        position += 1
        name = "\(position)"
      case UInt8(ascii: "$"):
        guard let next = try? reader.next(), next.range.lowerBound == range.upperBound
        else { return nil }
        range = range.lowerBound..<next.range.upperBound
        name = String(decoding: reader.bytes[next.range], as: UTF8.self)
      default:
        continue
      }
      guard undetermined.contains(FoldedName(name)) else { continue }
      text += reader.bytes[copiedCount..<range.lowerBound]
      text += "CAST(".utf8
      text += reader.bytes[range]
      text += " AS VARCHAR)".utf8
      copiedCount = range.upperBound
    }
    guard copiedCount > 0 else { return nil }
    text += reader.bytes[copiedCount...]
    return String(decoding: text, as: UTF8.self)
  }
}
