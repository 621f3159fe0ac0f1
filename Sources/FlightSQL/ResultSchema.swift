package import ArrowIPC

extension Schema {
  /// The schema as a result announces it.
  ///
  /// Arrow's drivers for ODBC and JDBC look for a decimal's digits in the metadata alone.
  package var announced: Schema {
    guard self.fields.contains(where: { $0.type.isDecimal }) else { return self }
    var announced = self
    announced.fields = self.fields.map { field in
      guard case .decimal(let precision, let scale, _) = field.type else { return field }
      var field = field
      field.metadata += ColumnMetadata.digits(precision: precision, scale: scale)
      return field
    }
    return announced
  }
}

extension DataType {
  fileprivate var isDecimal: Bool {
    if case .decimal = self { true } else { false }
  }
}
