import CDuckDB

/// One column of a chunk that is being made, or a child of a nested one.
///
/// Rows are not NULL until they are marked so.
@safe
package struct WritableVector: ~Escapable {
  private let pointer: duckdb_vector

  @unsafe
  @_lifetime(immortal)
  init(_ pointer: duckdb_vector) {
    unsafe self.pointer = pointer
  }

  /// The first slot.
  ///
  /// Making room for list elements moves the slots of the child vector and those within.
  @unsafe
  package var data: UnsafeMutableRawPointer {
    // Not nil: a chunk's vectors have room for its rows; only structs have no slots, and theirs
    // are never written.
    unsafe duckdb_vector_get_data(self.pointer)!
  }

  /// One bit for each row, least significant first, set where the row isn't NULL.
  @unsafe
  package var validity: UnsafeMutablePointer<UInt64> {
    unsafe duckdb_vector_ensure_validity_writable(self.pointer)
    // Not nil: the call above has seen to it.
    return unsafe duckdb_vector_get_validity(self.pointer)!
  }
}

extension WritableVector {
  /// How many elements the child of a list or map has.
  package var elementCount: Int { Int(unsafe duckdb_list_vector_get_size(self.pointer)) }

  /// Makes room for that many elements in the child of a list or map, and for all of them a value
  /// must be written.
  package func setElementCount(_ count: Int) throws(DuckDBError) {
    guard unsafe duckdb_list_vector_reserve(self.pointer, idx_t(count)) == DuckDBSuccess,
      unsafe duckdb_list_vector_set_size(self.pointer, idx_t(count)) == DuckDBSuccess
    else {
      throw DuckDBError(code: .outOfMemory, message: "no memory for a list of \(count) elements")
    }
  }

  /// The elements of a list; of a map, structs of a key and a value.
  package var listChild: WritableVector {
    @_lifetime(copy self)
    get {
      let child = unsafe WritableVector(duckdb_list_vector_get_child(self.pointer))
      return unsafe _overrideLifetime(child, copying: self)
    }
  }

  /// The elements of an array, as many for each row as its type says.
  package var arrayChild: WritableVector {
    @_lifetime(copy self)
    get {
      let child = unsafe WritableVector(duckdb_array_vector_get_child(self.pointer))
      return unsafe _overrideLifetime(child, copying: self)
    }
  }

  /// One member of a struct; the first of a union are its tags.
  @_lifetime(copy self)
  package func structChild(at index: Int) -> WritableVector {
    let child = unsafe WritableVector(duckdb_struct_vector_get_child(self.pointer, idx_t(index)))
    return unsafe _overrideLifetime(child, copying: self)
  }
}
