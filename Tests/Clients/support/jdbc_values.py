"""How the JDBC driver puts a program's values into Arrow vectors."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)


class SQLException(Exception):
  """What the driver itself would refuse, whatever the server does."""


def vector(field: pa.Field, values: list) -> pa.Array:
  """Values as the driver writes them into the vector of the announced type.

  Times and timestamps are written as milliseconds whatever the vector's unit is: only a vector of
  milliseconds says what was meant.
  """
  if None in values and not field.nullable:
    raise SQLException("Can't set null on non-nullable parameter")
  types = pa.types
  kind = field.type
  present = [value for value in values if value is not None]
  if types.is_integer(kind) or types.is_floating(kind):
    require(field, present, int, float)
  elif types.is_string(kind) or types.is_large_string(kind):
    require(field, present, str)
  elif types.is_boolean(kind):
    require(field, present, bool)
  elif types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
    require(field, present, bytes)
  elif types.is_date32(kind):
    require(field, present, datetime.date)
  elif types.is_decimal128(kind):
    require(field, present, Decimal)
    if any(-value.as_tuple().exponent != kind.scale for value in present):
      raise SQLException(f"BigDecimal scale must equal that in the Arrow vector: {kind.scale}")
  elif types.is_timestamp(kind):
    require(field, present, datetime.datetime)
    return raw(kind, pa.int64(), values, lambda value: value - EPOCH)
  elif types.is_time(kind):
    require(field, present, datetime.time)
    storage = pa.int64() if types.is_time64(kind) else pa.int32()
    return raw(kind, storage, values, lambda value: datetime.datetime.combine(EPOCH, value) - EPOCH)
  elif types.is_list(kind):
    require(field, present, list)
    for value in present:
      vector(kind.value_field, value)
  else:
    raise SQLException(f"Binding to vector type {kind} is not yet supported")
  return pa.array(values, kind)


def require(field: pa.Field, values: list, *expected: type) -> None:
  if not all(isinstance(value, expected) for value in values):
    raise SQLException(f"{values} cannot be bound to the Arrow type {field.type}")


def raw(kind: pa.DataType, storage: pa.DataType, values: list, since) -> pa.Array:
  """Milliseconds, taken for whatever the type's unit is."""
  milliseconds = [
    None if value is None else since(value) // datetime.timedelta(milliseconds=1)
    for value in values
  ]
  return pa.array(milliseconds, storage).view(kind)
