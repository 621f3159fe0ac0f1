package import ArrowIPC
package import DuckDB

extension Schema {
  /// The schema in which a result with these columns travels.
  ///
  /// It only depends on its arguments, so the schema of a prepared statement is that of its
  /// result.
  ///
  /// - Parameter timeZone: The session's time zone; Arrow keeps it in the type.
  package init(columns: [Column], timeZone: String) throws(ConversionError) {
    var fields: [Field] = []
    fields.reserveCapacity(columns.count)
    for column in columns {
      fields.append(try Field(column, in: column.name, timeZone: timeZone, depth: 1))
    }
    self.init(fields: fields)
  }
}

extension Field {
  /// The deepest nesting that Arrow's readers accept.
  private static let maximumDepth = 64

  fileprivate init(
    _ column: Column,
    in outermost: String,
    timeZone: String,
    depth: Int
  ) throws(ConversionError) {
    guard depth <= Self.maximumDepth else {
      throw ConversionError(
        code: .unsupportedType,
        message: """
          column "\(outermost)" is nested more than \(Self.maximumDepth) levels deep; cast it to \
          VARCHAR to fetch it
          """
      )
    }
    if let type = DataType(flat: column.type.kind, timeZone: timeZone) {
      self.init(column.name, type)
      return
    }

    func child(_ name: String, _ type: LogicalType) throws(ConversionError) -> Field {
      try Field(Column(name, type), in: outermost, timeZone: timeZone, depth: depth + 1)
    }
    func children(_ columns: [Column]) throws(ConversionError) -> [Field] {
      var fields: [Field] = []
      for column in columns {
        fields.append(try child(column.name, column.type))
      }
      return fields
    }

    switch column.type.kind {
    case .list(let element):
      self.init(column.name, .list(try child("l", element)))
    case .array(let element, let size):
      self.init(column.name, .fixedSizeList(try child("l", element), size: size))
    case .struct(let members):
      self.init(column.name, .struct(try children(members)))
    case .map(let key, let value):
      var keyField = try child("key", key)
      keyField.isNullable = false
      let entries = Field(
        "entries",
        .struct([keyField, try child("value", value)]),
        isNullable: false
      )
      self.init(column.name, .map(entries: entries, keysSorted: false))
    case .union(let members):
      self.init(
        column.name,
        .union(.sparse, typeIDs: members.indices.map(Int32.init), fields: try children(members))
      )
    case .unknown:
      throw ConversionError(
        code: .undeterminedType,
        message: """
          the type of column "\(outermost)" is none that Arrow can carry, or depends on a parameter \
          whose type is not determined; cast the column to VARCHAR, or the parameter, as in \
          ?::INTEGER
          """
      )
    default:
      throw ConversionError(
        code: .unsupportedType,
        message: """
          column "\(outermost)" is of type \(column.type.sqlName), which Arrow can't carry; cast \
          it to VARCHAR to fetch it
          """
      )
    }
  }
}

extension DataType {
  /// The type of a column that has no children, else `nil`.
  ///
  /// Types that Arrow lacks travel as the text that DuckDB casts them to. An enum is plain text,
  /// too: JDBC shows the indices of a dictionary instead of its values.
  fileprivate init?(flat kind: LogicalType.Kind, timeZone: String) {
    switch kind {
    case .sqlNull: self = .null
    case .boolean: self = .bool
    case .tinyint: self = .int(bitWidth: 8, isSigned: true)
    case .smallint: self = .int(bitWidth: 16, isSigned: true)
    case .integer: self = .int(bitWidth: 32, isSigned: true)
    case .bigint: self = .int(bitWidth: 64, isSigned: true)
    case .utinyint: self = .int(bitWidth: 8, isSigned: false)
    case .usmallint: self = .int(bitWidth: 16, isSigned: false)
    case .uinteger: self = .int(bitWidth: 32, isSigned: false)
    case .ubigint: self = .int(bitWidth: 64, isSigned: false)
    case .hugeint, .uhugeint: self = .decimal(precision: 38, scale: 0, bitWidth: 128)
    case .float: self = .floatingPoint(.single)
    case .double: self = .floatingPoint(.double)
    case .decimal(let width, let scale):
      self = .decimal(precision: width, scale: scale, bitWidth: 128)
    case .varchar, .enum, .uuid, .bit, .timeTZ, .bignum: self = .utf8
    case .blob, .geometry: self = .binary
    case .date: self = .date(.day)
    case .time: self = .time(.microsecond)
    case .timeNS: self = .time(.nanosecond)
    case .timestampS: self = .timestamp(.second, timeZone: nil)
    case .timestampMS: self = .timestamp(.millisecond, timeZone: nil)
    case .timestamp: self = .timestamp(.microsecond, timeZone: nil)
    case .timestampNS: self = .timestamp(.nanosecond, timeZone: nil)
    case .timestampTZ: self = .timestamp(.microsecond, timeZone: timeZone)
    case .interval: self = .interval(.monthDayNano)
    default: return nil
    }
  }
}
