internal import Logging

/// Writes what swift-log is given as lines, with its metadata in the order of their names.
struct LineLogHandler: LogHandler {
  let component: String
  let format: LogFormat
  let output: LogOutput
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  init(component: String, format: LogFormat, output: LogOutput) {
    self.component = component
    self.format = format
    self.output = output
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { self.metadata[key] }
    set { self.metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = LogLine(
      self.format,
      level: event.level,
      component: self.component,
      message: "\(event.message)"
    )
    var metadata = self.metadata
    if let provided = self.metadataProvider?.get() { metadata.merge(provided) { $1 } }
    if let added = event.metadata { metadata.merge(added) { $1 } }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { line.add(name, "\(value)") }
    self.output.write(line)
  }
}
