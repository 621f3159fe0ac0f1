import CDuckDB

extension LogicalTypeHandle {
  /// The type as a Swift value.
  var decoded: LogicalType {
    guard let pointer = unsafe self.pointer else {
      return LogicalType(.unknown)
    }
    let alias = unsafe Self.take(duckdb_logical_type_get_alias(pointer))
    return unsafe LogicalType(Self.kind(of: pointer), alias: alias)
  }

  @unsafe
  private static func kind(of pointer: duckdb_logical_type) -> LogicalType.Kind {
    let id = unsafe duckdb_get_type_id(pointer)
    return switch id {
    case DUCKDB_TYPE_DECIMAL:
      .decimal(
        width: Int(unsafe duckdb_decimal_width(pointer)),
        scale: Int(unsafe duckdb_decimal_scale(pointer))
      )
    case DUCKDB_TYPE_ENUM:
      .enum(unsafe Self.enumMembers(of: pointer))
    case DUCKDB_TYPE_LIST:
      .list(unsafe Self(duckdb_list_type_child_type(pointer)).decoded)
    case DUCKDB_TYPE_ARRAY:
      .array(
        unsafe Self(duckdb_array_type_child_type(pointer)).decoded,
        size: Int(unsafe duckdb_array_type_array_size(pointer))
      )
    case DUCKDB_TYPE_MAP:
      .map(
        key: unsafe Self(duckdb_map_type_key_type(pointer)).decoded,
        value: unsafe Self(duckdb_map_type_value_type(pointer)).decoded
      )
    case DUCKDB_TYPE_STRUCT:
      .struct(unsafe Self.structMembers(of: pointer))
    case DUCKDB_TYPE_UNION:
      .union(unsafe Self.unionMembers(of: pointer))
    default:
      Self.plainKinds[id.rawValue] ?? .other(id: UInt32(id.rawValue))
    }
  }

  @unsafe
  private static func enumMembers(of pointer: duckdb_logical_type) -> [String] {
    let count = idx_t(unsafe duckdb_enum_dictionary_size(pointer))
    return (0..<count).map {
      unsafe Self.take(duckdb_enum_dictionary_value(pointer, $0)) ?? ""
    }
  }

  @unsafe
  private static func structMembers(of pointer: duckdb_logical_type) -> [Column] {
    let count = unsafe duckdb_struct_type_child_count(pointer)
    return (0..<count).map {
      Column(
        unsafe Self.take(duckdb_struct_type_child_name(pointer, $0)) ?? "",
        unsafe Self(duckdb_struct_type_child_type(pointer, $0)).decoded
      )
    }
  }

  @unsafe
  private static func unionMembers(of pointer: duckdb_logical_type) -> [Column] {
    let count = unsafe duckdb_union_type_member_count(pointer)
    return (0..<count).map {
      Column(
        unsafe Self.take(duckdb_union_type_member_name(pointer, $0)) ?? "",
        unsafe Self(duckdb_union_type_member_type(pointer, $0)).decoded
      )
    }
  }

  /// The kinds that have no parameters.
  static let plainKinds: [DUCKDB_TYPE.RawValue: LogicalType.Kind] = [
    DUCKDB_TYPE_INVALID.rawValue: .unknown,
    DUCKDB_TYPE_BOOLEAN.rawValue: .boolean,
    DUCKDB_TYPE_TINYINT.rawValue: .tinyint,
    DUCKDB_TYPE_SMALLINT.rawValue: .smallint,
    DUCKDB_TYPE_INTEGER.rawValue: .integer,
    DUCKDB_TYPE_BIGINT.rawValue: .bigint,
    DUCKDB_TYPE_UTINYINT.rawValue: .utinyint,
    DUCKDB_TYPE_USMALLINT.rawValue: .usmallint,
    DUCKDB_TYPE_UINTEGER.rawValue: .uinteger,
    DUCKDB_TYPE_UBIGINT.rawValue: .ubigint,
    DUCKDB_TYPE_FLOAT.rawValue: .float,
    DUCKDB_TYPE_DOUBLE.rawValue: .double,
    DUCKDB_TYPE_TIMESTAMP.rawValue: .timestamp,
    DUCKDB_TYPE_DATE.rawValue: .date,
    DUCKDB_TYPE_TIME.rawValue: .time,
    DUCKDB_TYPE_INTERVAL.rawValue: .interval,
    DUCKDB_TYPE_HUGEINT.rawValue: .hugeint,
    DUCKDB_TYPE_UHUGEINT.rawValue: .uhugeint,
    DUCKDB_TYPE_VARCHAR.rawValue: .varchar,
    DUCKDB_TYPE_BLOB.rawValue: .blob,
    DUCKDB_TYPE_TIMESTAMP_S.rawValue: .timestampS,
    DUCKDB_TYPE_TIMESTAMP_MS.rawValue: .timestampMS,
    DUCKDB_TYPE_TIMESTAMP_NS.rawValue: .timestampNS,
    DUCKDB_TYPE_UUID.rawValue: .uuid,
    DUCKDB_TYPE_BIT.rawValue: .bit,
    DUCKDB_TYPE_TIME_TZ.rawValue: .timeTZ,
    DUCKDB_TYPE_TIMESTAMP_TZ.rawValue: .timestampTZ,
    DUCKDB_TYPE_BIGNUM.rawValue: .bignum,
    DUCKDB_TYPE_SQLNULL.rawValue: .sqlNull,
    DUCKDB_TYPE_TIME_NS.rawValue: .timeNS,
    DUCKDB_TYPE_GEOMETRY.rawValue: .geometry,
    DUCKDB_TYPE_VARIANT.rawValue: .variant,
  ]

  /// Copies a text that DuckDB allocated for the caller, and frees it.
  @unsafe
  private static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = unsafe text else {
      return nil
    }
    defer { unsafe duckdb_free(text) }
    return unsafe String(cString: text)
  }
}
