internal import DuckDB

/// A column of a table or view, as the catalog describes it.
package struct TableColumn: Sendable {
  package var catalog: String
  package var schema: String
  package var table: String
  /// The type as SQL spells it.
  package var typeName: String
  /// Decimal digits of a number whose type limits them.
  package var precision: Int?
  /// Those after the point.
  package var scale: Int?
  /// Whether the default takes the next value of a sequence.
  package var isAutoIncrement: Bool
  /// Whether values that differ in case alone are different.
  package var isCaseSensitive: Bool
  package var isReadOnly: Bool
  package var comment: String?
}

extension LogicalType.Kind {
  /// Decimal digits, and those after the point, of a number.
  var decimalDigits: (precision: Int, scale: Int?)? {
    switch self {
    case .tinyint, .utinyint: (3, 0)
    case .smallint, .usmallint: (5, 0)
    case .integer, .uinteger: (10, 0)
    case .bigint: (19, 0)
    case .ubigint: (20, 0)
    case .hugeint, .uhugeint: (38, 0)
    case .float: (7, nil)
    case .double: (15, nil)
    case .decimal(let width, let scale): (width, scale)
    default: nil
    }
  }

  var isText: Bool {
    switch self {
    case .varchar, .enum: true
    default: false
    }
  }
}
