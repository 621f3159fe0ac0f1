internal import DuckDB

/// What a statement does to the session it ran in, beyond its result.
///
/// A session's statements may run on several connections at once. What one of them changes for
/// the session is either repeated on the others (``changesSettings``) or keeps the session on the
/// connection where it happened.
enum StatementEffect: Hashable {
  case none
  /// `USE`, `SET`, `RESET`, `SET VARIABLE`, `PRAGMA`: to be repeated on the other connections, where
  /// it comes to the same.
  case changesSettings(String)
  /// `BEGIN`: the session stays on this connection until the transaction ends.
  case beginsTransaction
  /// `COMMIT` and `END`, or `ROLLBACK` and `ABORT`.
  case endsTransaction(commits: Bool)
  /// Temporary objects, `PREPARE`, and settings whose value is computed, which might be another one
  /// elsewhere or later: the session stays on this connection.
  case staysOnConnection
}

extension StatementEffect {
  /// - Parameter scanned: The statement's own text; `nil` where it can't be told from the others
  ///   it came with.
  init(type: StatementType, scanned: SQLScanner.Statement?) {
    switch type {
    case .set, .variableSet:
      if let scanned, SQLScanner.setsConstant(scanned.text) {
        self = .changesSettings(scanned.text)
      } else {
        self = .staysOnConnection
      }
    case .pragma:
      self = scanned.map { .changesSettings($0.text) } ?? .staysOnConnection
    case .transaction:
      switch scanned?.words.first {
      case "BEGIN", "START": self = .beginsTransaction
      case "ROLLBACK", "ABORT": self = .endsTransaction(commits: false)
      default: self = .endsTransaction(commits: true)
      }
    case .prepare:
      self = .staysOnConnection
    case .create, .createFunction, .multi:
      guard let scanned else {
        self = .staysOnConnection
        return
      }
      let isTemporary = scanned.contains("TEMP") || scanned.contains("TEMPORARY")
      self = isTemporary ? .staysOnConnection : .none
    default:
      self = .none
    }
  }
}
