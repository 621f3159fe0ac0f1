internal import ArrowIPC
internal import DuckDB

/// The parameters of a statement, in the order in which values are bound to them.
struct StatementParameters: Sendable {
  let parameters: [Parameter]

  /// - Parameter parameters: As DuckDB tells them before any value is bound.
  init(_ parameters: [Parameter]) throws(EngineError) {
    guard parameters.allSatisfy({ !$0.name.isEmpty }) else {
      throw .parametersNotNumbered(count: parameters.count)
    }
    self.parameters = parameters
  }

  var count: Int { self.parameters.count }

  /// The form in which clients send values, which is that of results.
  ///
  /// Where the statement doesn't determine a type, it is text: some clients can't send anything
  /// but what the schema says, and DuckDB casts text to whatever is needed. Times are in
  /// milliseconds: the JDBC driver writes those whatever unit it is told. Clients that have finer
  /// ones send them in types of their own.
  func schema(timeZone: String) throws(ConversionError) -> Schema {
    var fields: [Field] = []
    for parameter in self.parameters {
      let type = parameter.type.withoutUnknown
      do throws(ConversionError) {
        let column = Column(parameter.name, type)
        for var field in try Schema(columns: [column], timeZone: timeZone).fields {
          field.type = field.type.inMilliseconds
          fields.append(field)
        }
      } catch  where error.code == .unsupportedType {
        fields.append(Field(parameter.name, .utf8))
      }
    }
    return Schema(fields: fields)
  }

  /// Which column holds the values of each parameter.
  ///
  /// Columns count by their position, unless all parameters have names of their own (`$name`) and
  /// the columns the same names: DuckDB doesn't tell upper from lower case in them.
  func columns(of fields: [Field]) throws(EngineError) -> [Int] {
    guard fields.count == self.count else {
      throw .parameterCountMismatch(columns: fields.count, parameters: self.count)
    }
    let isNamed = self.parameters.allSatisfy { Int($0.name) == nil }
    let names = fields.map { FoldedName($0.name) }
    let byName = self.parameters.compactMap { names.firstIndex(of: FoldedName($0.name)) }
    return isNamed && Set(byName).count == self.count ? byName : Array(0..<self.count)
  }
}

extension DataType {
  fileprivate var inMilliseconds: DataType {
    switch self {
    case .timestamp(_, let timeZone): .timestamp(.millisecond, timeZone: timeZone)
    case .time: .time(.millisecond)
    default: self
    }
  }
}

extension LogicalType {
  /// The same type with text in place of what isn't determined.
  fileprivate var withoutUnknown: LogicalType {
    switch self.kind {
    case .unknown, .sqlNull: LogicalType(.varchar)
    case .list(let element): LogicalType(.list(element.withoutUnknown))
    case .array(let element, let size):
      LogicalType(.array(element.withoutUnknown, size: size))
    case .struct(let members):
      LogicalType(.struct(members.map { Column($0.name, $0.type.withoutUnknown) }))
    case .map(let key, let value):
      LogicalType(.map(key: key.withoutUnknown, value: value.withoutUnknown))
    default: self
    }
  }
}
