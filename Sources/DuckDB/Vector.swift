import CDuckDB

/// The values of one column of a chunk, or of a child of a nested column.
///
/// Vectors of a fetched chunk are flat: there is one value for each row. What a slot holds whose
/// row is NULL is undefined, be it a number, a string or a list's entry.
@safe
package struct Vector: ~Escapable {
  private let pointer: duckdb_vector
  package let rowCount: Int

  @unsafe
  @_lifetime(immortal)
  init(_ pointer: duckdb_vector, rowCount: Int) {
    unsafe self.pointer = pointer
    self.rowCount = rowCount
  }

  /// The slots of a column of fixed width.
  ///
  /// `Slot` must be as DuckDB stores the column's type;
  /// vectors are aligned to 8 bytes, so `Int128` won't do.
  @_lifetime(copy self)
  package func slots<Slot: BitwiseCopyable>(as type: Slot.Type) -> Span<Slot> {
    let span = unsafe Span(
      _unsafeStart: self.data.assumingMemoryBound(to: Slot.self),
      count: self.rowCount
    )
    return unsafe _overrideLifetime(span, copying: self)
  }

  /// One bit for each row, least significant first, set where the row isn't NULL.
  ///
  /// Without any words, no row is NULL. Bits after the last row are undefined.
  package var validityWords: Span<UInt64>? {
    @_lifetime(copy self)
    get {
      guard let words = unsafe self.validity else {
        return nil
      }
      let span = unsafe Span(_unsafeStart: words, count: (self.rowCount + 63) / 64)
      return unsafe _overrideLifetime(span, copying: self)
    }
  }

  /// The first slot, for loops that can't afford bounds checks.
  @unsafe
  package var data: UnsafeRawPointer {
    // Not nil: only vectors of nested types without slots of their own, such as structs, have no
    // data, and even those point to some. A vector without rows may, and is never read.
    unsafe UnsafeRawPointer(duckdb_vector_get_data(self.pointer))
      ?? UnsafeRawPointer(bitPattern: MemoryLayout<UInt64>.alignment)!
  }

  /// The first of ``validityWords``.
  @unsafe
  package var validity: UnsafePointer<UInt64>? {
    unsafe UnsafePointer(duckdb_vector_get_validity(self.pointer))
  }
}

extension Vector {
  /// Where the elements of one row of a list or map are in the child vector.
  package struct ListEntry: BitwiseCopyable {
    package var offset: UInt64
    package var count: UInt64

    package init(offset: UInt64, count: UInt64) {
      self.offset = offset
      self.count = count
    }
  }

  /// The elements of all rows of a list; of a map, structs of a key and a value.
  package var listChild: Vector {
    @_lifetime(copy self)
    get {
      let child = unsafe Vector(
        duckdb_list_vector_get_child(self.pointer),
        rowCount: Int(duckdb_list_vector_get_size(self.pointer))
      )
      return unsafe _overrideLifetime(child, copying: self)
    }
  }

  /// The elements of all rows of an array, `size` for each, NULL or not.
  @_lifetime(copy self)
  package func arrayChild(size: Int) -> Vector {
    let child = unsafe Vector(
      duckdb_array_vector_get_child(self.pointer),
      rowCount: self.rowCount * size
    )
    return unsafe _overrideLifetime(child, copying: self)
  }

  /// One member of a struct, with a value for each row.
  ///
  /// A union is a struct whose first child
  /// holds the tags, as `UInt8`.
  @_lifetime(copy self)
  package func structChild(at index: Int) -> Vector {
    let child = unsafe Vector(
      duckdb_struct_vector_get_child(self.pointer, idx_t(index)),
      rowCount: self.rowCount
    )
    return unsafe _overrideLifetime(child, copying: self)
  }
}
