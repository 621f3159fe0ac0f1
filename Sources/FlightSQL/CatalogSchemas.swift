package import ArrowIPC
internal import FlightProtocol

extension Command {
  /// The schema of the result, where the specification fixes it: that of metadata.
  package var metadataSchema: Schema? {
    switch self {
    case .getCatalogs: .catalogs
    case .getDbSchemas: .dbSchemas
    case .getTables(let command): command.includeSchema ? .tablesWithSchema : .tables
    case .getTableTypes: .tableTypes
    case .getPrimaryKeys: .primaryKeys
    case .getExportedKeys, .getImportedKeys, .getCrossReference: .keyReferences
    case .getSqlInfo: .sqlInfo
    case .getXdbcTypeInfo: .xdbcTypeInfo
    default: nil
    }
  }
}

extension Schema {
  package static let catalogs = Schema(fields: [.required("catalog_name", .utf8)])

  package static let dbSchemas = Schema(fields: [
    Field("catalog_name", .utf8),
    .required("db_schema_name", .utf8),
  ])

  package static let tables = Schema(fields: [
    Field("catalog_name", .utf8),
    Field("db_schema_name", .utf8),
    .required("table_name", .utf8),
    .required("table_type", .utf8),
  ])

  package static let tablesWithSchema = Schema(
    fields: Self.tables.fields + [.required("table_schema", .binary)]
  )

  package static let tableTypes = Schema(fields: [.required("table_type", .utf8)])

  /// In the order of the reference implementations, which clients compare with; the text of the
  /// specification has the last two swapped.
  package static let primaryKeys = Schema(fields: [
    Field("catalog_name", .utf8),
    Field("db_schema_name", .utf8),
    .required("table_name", .utf8),
    .required("column_name", .utf8),
    .required("key_sequence", .int32),
    Field("key_name", .utf8),
  ])

  package static let keyReferences = Schema(fields: [
    Field("pk_catalog_name", .utf8),
    Field("pk_db_schema_name", .utf8),
    .required("pk_table_name", .utf8),
    .required("pk_column_name", .utf8),
    Field("fk_catalog_name", .utf8),
    Field("fk_db_schema_name", .utf8),
    .required("fk_table_name", .utf8),
    .required("fk_column_name", .utf8),
    .required("key_sequence", .int32),
    Field("fk_key_name", .utf8),
    Field("pk_key_name", .utf8),
    .required("update_rule", .uint8),
    .required("delete_rule", .uint8),
  ])

  package static let sqlInfo = Schema(fields: [
    .required("info_name", .uint32),
    .required(
      "value",
      .union(
        .dense,
        typeIDs: [0, 1, 2, 3, 4, 5],
        fields: [
          .required("string_value", .utf8),
          .required("bool_value", .bool),
          .required("bigint_value", .int64),
          .required("int32_bitmask", .int32),
          .required("string_list", .list(Field("item", .utf8))),
          .required("int32_to_int32_list_map", .int32ToInt32ListMap),
        ]
      )
    ),
  ])

  package static let xdbcTypeInfo = Schema(fields: [
    .required("type_name", .utf8),
    .required("data_type", .int32),
    Field("column_size", .int32),
    Field("literal_prefix", .utf8),
    Field("literal_suffix", .utf8),
    Field("create_params", .list(.required("item", .utf8))),
    .required("nullable", .int32),
    .required("case_sensitive", .bool),
    .required("searchable", .int32),
    Field("unsigned_attribute", .bool),
    .required("fixed_prec_scale", .bool),
    Field("auto_increment", .bool),
    Field("local_type_name", .utf8),
    Field("minimum_scale", .int32),
    Field("maximum_scale", .int32),
    .required("sql_data_type", .int32),
    Field("datetime_subcode", .int32),
    Field("num_prec_radix", .int32),
    Field("interval_precision", .int32),
  ])
}

extension Field {
  fileprivate static func required(_ name: String, _ type: DataType) -> Field {
    Field(name, type, isNullable: false)
  }
}

extension DataType {
  fileprivate static let uint8 = DataType.int(bitWidth: 8, isSigned: false)
  fileprivate static let uint32 = DataType.int(bitWidth: 32, isSigned: false)
  fileprivate static let int32 = DataType.int(bitWidth: 32, isSigned: true)
  fileprivate static let int64 = DataType.int(bitWidth: 64, isSigned: true)

  fileprivate static let int32ToInt32ListMap = DataType.map(
    entries: .required(
      "entries",
      .struct([.required("key", .int32), Field("value", .list(Field("item", .int32)))])
    ),
    keysSorted: false
  )
}
