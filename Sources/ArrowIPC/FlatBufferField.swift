/// Field numbers of the tables in `Schema.fbs` and `Message.fbs`.
enum FlatBufferField {
  enum Message {
    static let version = 0
    static let headerType = 1
    static let header = 2
    static let bodyLength = 3
  }

  enum Schema {
    static let endianness = 0
    static let fields = 1
    static let customMetadata = 2
  }

  enum Field {
    static let name = 0
    static let nullable = 1
    static let typeType = 2
    static let type = 3
    static let dictionary = 4
    static let children = 5
    static let customMetadata = 6
  }

  enum KeyValue {
    static let key = 0
    static let value = 1
  }

  enum DictionaryEncoding {
    static let id = 0
    static let indexType = 1
    static let isOrdered = 2
    static let dictionaryKind = 3
  }

  enum RecordBatch {
    static let length = 0
    static let nodes = 1
    static let buffers = 2
    static let compression = 3
    static let variadicBufferCounts = 4
  }

  enum DictionaryBatch {
    static let id = 0
    static let data = 1
    static let isDelta = 2
  }

  enum Int {
    static let bitWidth = 0
    static let isSigned = 1
  }

  enum Decimal {
    static let precision = 0
    static let scale = 1
    static let bitWidth = 2
  }

  enum Time {
    static let unit = 0
    static let bitWidth = 1
  }

  enum Timestamp {
    static let unit = 0
    static let timeZone = 1
  }

  enum Union {
    static let mode = 0
    static let typeIDs = 1
  }

  /// The one parameter of the types that have only one.
  static let onlyParameter = 0
}
