"""Comparing tables exactly."""

from __future__ import annotations

import pyarrow as pa


def comparable(column: pa.ChunkedArray) -> pa.Array:
  """One array whose equality is that of bits: NaN equals NaN, and -0 isn't 0."""
  array = column.combine_chunks()
  if not pa.types.is_floating(array.type):
    return array
  return array.view(pa.int32() if array.type.bit_width == 32 else pa.int64())


def assert_equal(found: pa.Table, expected: pa.Table) -> None:
  """Names, types, rows and values are the same, and each batch is well-formed."""
  assert found.schema.names == expected.schema.names
  assert found.schema.types == expected.schema.types
  assert found.num_rows == expected.num_rows
  for batch in found.to_batches():
    batch.validate(full=True)
  if found.num_rows == 0:
    return
  for name, mine, theirs in zip(found.schema.names, found.columns, expected.columns):
    left, right = comparable(mine), comparable(theirs)
    if not left.equals(right):
      for row, (a, b) in enumerate(zip(left, right)):
        assert a.equals(b), f"{name}, row {row}: {a} instead of {b}"
      raise AssertionError(f"{name} differs")
