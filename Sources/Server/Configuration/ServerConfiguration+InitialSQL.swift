internal import Engine

extension ServerConfiguration {
  private static let initialSQLByteLimit = 256 << 20

  /// The texts that run before the first client, in their order.
  ///
  /// - Throws: If the file can't be read.
  func initialTexts() throws(ConfigurationError) -> [InitialSQL] {
    var texts: [InitialSQL] = []
    if let path = self.initialSQLPath {
      let file = try TextFile(path, for: "--init-sql-file", byteLimit: Self.initialSQLByteLimit)
      texts.append(InitialSQL(source: "--init-sql-file (\(path))", text: file.text))
    }
    if let text = self.initialSQL {
      texts.append(InitialSQL(source: "--init-sql", text: text))
    }
    return texts
  }
}
