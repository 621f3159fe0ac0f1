internal import Engine
internal import Foundation

extension ServerConfiguration {
  /// The texts that run before the first client, in their order.
  ///
  /// - Throws: If the file can't be read.
  func initialTexts() throws(ConfigurationError) -> [InitialSQL] {
    var texts: [InitialSQL] = []
    if let path = self.initialSQLPath {
      do {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        texts.append(InitialSQL(source: "--init-sql-file (\(path))", text: text))
      } catch {
        throw ConfigurationError("--init-sql-file: cannot read '\(path)' as UTF-8 text")
      }
    }
    if let text = self.initialSQL {
      texts.append(InitialSQL(source: "--init-sql", text: text))
    }
    return texts
  }
}
