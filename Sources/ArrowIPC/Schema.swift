/// The columns of a result (`Schema.fbs`, table `Schema`).
package struct Schema: Hashable, Sendable {
  package var fields: [Field]
  package var metadata: [KeyValue]

  package init(fields: [Field], metadata: [KeyValue] = []) {
    self.fields = fields
    self.metadata = metadata
  }
}

/// One column, or one child of a nested column.
package struct Field: Hashable, Sendable {
  package var name: String
  package var type: DataType
  package var isNullable: Bool
  /// Set where the column travels as indices into a dictionary of `type`.
  package var dictionary: DictionaryEncoding?
  package var metadata: [KeyValue]

  package init(
    _ name: String,
    _ type: DataType,
    isNullable: Bool = true,
    dictionary: DictionaryEncoding? = nil,
    metadata: [KeyValue] = []
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.dictionary = dictionary
    self.metadata = metadata
  }
}

/// How a dictionary-encoded column refers to its dictionary.
package struct DictionaryEncoding: Hashable, Sendable {
  package var id: Int64
  /// Always an integer type.
  package var indexType: DataType
  package var isOrdered: Bool

  package init(id: Int64, indexType: DataType, isOrdered: Bool = false) {
    self.id = id
    self.indexType = indexType
    self.isOrdered = isOrdered
  }
}

/// Custom metadata of a schema or field; keys may repeat and order counts.
package struct KeyValue: Hashable, Sendable {
  package var key: String
  package var value: String

  package init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}
