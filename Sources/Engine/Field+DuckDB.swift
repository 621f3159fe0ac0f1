internal import ArrowIPC
internal import DuckDB

// What Arrow's types are to DuckDB, wherever values come in.

extension Field {
  /// The name of the extension type that the field's values are of, if they are of one.
  var extensionName: String? {
    self.metadata.last { $0.key == "ARROW:extension:name" }?.value
  }
}

extension LogicalType.Kind {
  /// The type of Arrow's integers of 8, 16, 32 or 64 bits.
  static func integer(bitWidth: Int, isSigned: Bool) -> Self {
    switch (bitWidth, isSigned) {
    case (8, true): .tinyint
    case (16, true): .smallint
    case (32, true): .integer
    case (_, true): .bigint
    case (8, false): .utinyint
    case (16, false): .usmallint
    case (32, false): .uinteger
    case (_, false): .ubigint
    }
  }
}
