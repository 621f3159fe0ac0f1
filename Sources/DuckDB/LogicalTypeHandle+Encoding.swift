import CDuckDB

extension LogicalTypeHandle {
  /// Makes the C type of a Swift value.
  init(_ type: LogicalType) throws(DuckDBError) {
    let made = try unsafe Self.make(type)
    if let alias = type.alias {
      unsafe duckdb_logical_type_set_alias(made, alias)
    }
    unsafe self.init(made)
  }

  /// The types within have to be variables: their lifetime is the scope's, whereas that of a
  /// temporary ends once its pointer has been read, before the call that takes the pointer.
  @unsafe
  private static func make(_ type: LogicalType) throws(DuckDBError) -> duckdb_logical_type? {
    switch type.kind {
    case .decimal(let width, let scale):
      guard (1...38).contains(width), (0...width).contains(scale) else {
        throw DuckDBError(code: .invalidInput, message: "there is no type \(type.sqlName)")
      }
      return unsafe duckdb_create_decimal_type(UInt8(width), UInt8(scale))
    case .enum(let members):
      let names = CStringArray(members)
      return unsafe duckdb_create_enum_type(names.pointer, idx_t(members.count))
    case .list(let element):
      let element = try Self(element)
      return unsafe duckdb_create_list_type(element.pointer)
    case .array(let element, let size):
      let element = try Self(element)
      return unsafe duckdb_create_array_type(element.pointer, idx_t(size))
    case .map(let key, let value):
      let key = try Self(key)
      let value = try Self(value)
      return unsafe duckdb_create_map_type(key.pointer, value.pointer)
    case .struct(let members):
      let names = CStringArray(members.map(\.name))
      var types = try LogicalTypeArray(members.map(\.type))
      return unsafe types.withPointer {
        unsafe duckdb_create_struct_type($0, names.pointer, idx_t(members.count))
      }
    case .union(let members):
      let names = CStringArray(members.map(\.name))
      var types = try LogicalTypeArray(members.map(\.type))
      return unsafe types.withPointer {
        unsafe duckdb_create_union_type($0, names.pointer, idx_t(members.count))
      }
    default:
      guard let id = Self.plainKinds.first(where: { $0.value == type.kind })?.key else {
        throw DuckDBError(code: .invalidInput, message: "\(type.sqlName) is not a type of values")
      }
      return unsafe duckdb_create_logical_type(duckdb_type(rawValue: id))
    }
  }
}
