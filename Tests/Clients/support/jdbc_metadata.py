"""java.sql.DatabaseMetaData, as the JDBC driver answers it from the server's metadata."""

from __future__ import annotations

import functools
import re

import pyarrow as pa

from .flightsql import any_message
from .protobuf import message, varint

utf8, int32, uint8 = pa.string(), pa.int32(), pa.uint8()


def schema(*fields: tuple[str, pa.DataType, bool]) -> pa.Schema:
  return pa.schema([pa.field(name, kind, nullable) for name, kind, nullable in fields])


CATALOGS = schema(("catalog_name", utf8, False))
DB_SCHEMAS = schema(("catalog_name", utf8, True), ("db_schema_name", utf8, False))
TABLE_TYPES = schema(("table_type", utf8, False))
TABLES = schema(
  ("catalog_name", utf8, True),
  ("db_schema_name", utf8, True),
  ("table_name", utf8, False),
  ("table_type", utf8, False),
)
TABLES_WITH_SCHEMA = TABLES.append(pa.field("table_schema", pa.binary(), False))
PRIMARY_KEYS = schema(
  ("catalog_name", utf8, True),
  ("db_schema_name", utf8, True),
  ("table_name", utf8, False),
  ("column_name", utf8, False),
  ("key_sequence", int32, False),
  ("key_name", utf8, True),
)
FOREIGN_KEYS = schema(
  ("pk_catalog_name", utf8, True),
  ("pk_db_schema_name", utf8, True),
  ("pk_table_name", utf8, False),
  ("pk_column_name", utf8, False),
  ("fk_catalog_name", utf8, True),
  ("fk_db_schema_name", utf8, True),
  ("fk_table_name", utf8, False),
  ("fk_column_name", utf8, False),
  ("key_sequence", int32, False),
  ("fk_key_name", utf8, True),
  ("pk_key_name", utf8, True),
  ("update_rule", uint8, False),
  ("delete_rule", uint8, False),
)

# The union member each SqlInfo is read from; the driver casts without looking.
STRINGS = {0, 1, 2, 6, 7, 504, 513, 514, 529, 530, 531}
BOOLEANS = (
  {3, 4, 5, 9, 10, 11, 500, 501, 502, 506, 515, 516, 518, 519, 520, 521, 523, 524, 527, 532, 536}
  | {537, 539, 556, 563, 565, 566, 572, 573, 574, 575, 576}
)
LONGS = {503, 505, 507, 562} | set(range(541, 556)) | set(range(557, 562))
INTEGERS = {8, 100, 101, 522, 525, 526, 528, 533, 534, 535, 538, 540, 564, 567, 568, 569, 570, 571}
LISTS = set(range(508, 513))
MAPS = {517}
MEMBERS = (
  ("string_value", STRINGS),
  ("bool_value", BOOLEANS),
  ("bigint_value", LONGS),
  ("int32_bitmask", INTEGERS),
  ("string_list", LISTS),
  ("int32_to_int32_list_map", MAPS),
)


def sql_type(kind: pa.DataType) -> int:
  """The constant of java.sql.Types that the driver shows for an Arrow type."""
  types = pa.types
  integers = {8: -6, 16: 5, 32: 4, 64: -5}
  for applies, constant in (
    (lambda: types.is_integer(kind), types.is_integer(kind) and integers[kind.bit_width]),
    (lambda: types.is_binary(kind), -3),
    (lambda: types.is_fixed_size_binary(kind), -2),
    (lambda: types.is_large_binary(kind), -4),
    (lambda: types.is_string(kind), 12),
    (lambda: types.is_large_string(kind), -1),
    (lambda: types.is_date(kind), 91),
    (lambda: types.is_time(kind), 92),
    (lambda: types.is_timestamp(kind), 2014 if getattr(kind, "tz", None) else 93),
    (lambda: types.is_boolean(kind), 16),
    (lambda: types.is_decimal(kind), 3),
    (lambda: types.is_float64(kind), 8),
    (lambda: types.is_float32(kind), 6),
    (lambda: types.is_list(kind) or types.is_fixed_size_list(kind), 2003),
    (lambda: types.is_struct(kind) or types.is_map(kind) or types.is_union(kind), 2000),
    (lambda: types.is_duration(kind) or types.is_interval(kind), 2000),
    (lambda: types.is_null(kind), 0),
  ):
    if applies():
      return constant
  raise ValueError(f"Unsupported ArrowType {kind}")


class DatabaseMetaData:
  """Each method makes the driver's call and requires the schema that the driver reads."""

  def __init__(self, connection):
    self.connection = connection

  def _rows(self, expected: pa.Schema, name: str, *fields) -> list[dict]:
    result = self.connection.result_set(any_message(name, message(*fields)))
    if result.schema.remove_metadata() != expected:
      raise ValueError(f"{name}: {result.schema} instead of {expected}")
    return result.to_pylist()

  def catalogs(self) -> list[str]:
    return [row["catalog_name"] for row in self._rows(CATALOGS, "CommandGetCatalogs")]

  def schemas(self, catalog=None, pattern=None) -> list[tuple[str, str]]:
    found = self._rows(DB_SCHEMAS, "CommandGetDbSchemas", (1, catalog), (2, pattern))
    return [(row["catalog_name"], row["db_schema_name"]) for row in found]

  def table_types(self) -> list[str]:
    return [row["table_type"] for row in self._rows(TABLE_TYPES, "CommandGetTableTypes")]

  def tables(self, catalog=None, schema=None, name=None, types=None) -> list[tuple[str, ...]]:
    found = self._rows(
      TABLES, "CommandGetTables", (1, catalog), (2, schema), (3, name),
      *((4, kind) for kind in types or ()),
    )
    return [tuple(row.values()) for row in found]

  def columns(self, catalog=None, schema=None, table=None, column=None) -> list[dict]:
    """What getColumns makes of the tables' schemas; `column` is matched by the driver."""
    tables = self._rows(
      TABLES_WITH_SCHEMA, "CommandGetTables", (1, catalog), (2, schema), (3, table), (5, True)
    )
    pattern = None if column is None else re.compile(like(column))
    found = []
    for row in tables:
      content = pa.ipc.read_schema(pa.py_buffer(row["table_schema"]))
      for position, field in enumerate(content, 1):
        if pattern is None or pattern.fullmatch(field.name):
          found.append(described_column(row, position, field))
    return found

  def primary_keys(self, catalog, schema, table) -> list[dict]:
    return self._rows(
      PRIMARY_KEYS, "CommandGetPrimaryKeys", (1, catalog), (2, schema), (3, table)
    )

  def imported_keys(self, catalog, schema, table) -> list[dict]:
    return self._rows(
      FOREIGN_KEYS, "CommandGetImportedKeys", (1, catalog), (2, schema), (3, table)
    )

  def exported_keys(self, catalog, schema, table) -> list[dict]:
    return self._rows(
      FOREIGN_KEYS, "CommandGetExportedKeys", (1, catalog), (2, schema), (3, table)
    )

  def cross_reference(self, parent: tuple, foreign: tuple) -> list[dict]:
    parts = enumerate((*parent, *foreign), 1)
    return self._rows(FOREIGN_KEYS, "CommandGetCrossReference", *parts)

  @functools.cached_property
  def sql_info(self) -> dict[int, object]:
    """Every SqlInfo by id: asked for once, without ids."""
    return self.read_sql_info()

  def read_sql_info(self, *ids: int) -> dict[int, object]:
    packed = b"".join(varint(number) for number in ids) or None
    found = self.connection.result_set(any_message("CommandGetSqlInfo", message((1, packed))))
    names, values = found.column("info_name"), found.column("value").combine_chunks()
    if isinstance(values, pa.ChunkedArray):
      values = values.chunk(0)
    if (names.type, found.schema.field("info_name").nullable) != (pa.uint32(), False):
      raise ValueError(f"info_name is {names.type}")
    if (values.type.mode, found.schema.field("value").nullable) != ("dense", False):
      raise ValueError(f"value is {values.type}")
    members = [values.type.field(index).name for index in range(values.type.num_fields)]
    if members != [member for member, _ in MEMBERS]:
      raise ValueError(f"the union's members are {members}")
    information = {}
    for number, code, value in zip(names.to_pylist(), values.type_codes.to_pylist(), values):
      member, belonging = MEMBERS[code]
      if number not in belonging:
        raise ValueError(f"SqlInfo {number} as {member}: the driver cannot cast it")
      information[number] = value.as_py()
    return information


def described_column(table: dict, position: int, field: pa.Field) -> dict:
  details = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
  details = {key.removeprefix("ARROW:FLIGHT:SQL:"): value for key, value in details.items()}
  return {
    "TABLE_CAT": table["catalog_name"],
    "TABLE_SCHEM": table["db_schema_name"],
    "TABLE_NAME": table["table_name"],
    "COLUMN_NAME": field.name,
    "DATA_TYPE": sql_type(field.type),
    "TYPE_NAME": details.get("TYPE_NAME"),
    "COLUMN_SIZE": int(details["PRECISION"]) if "PRECISION" in details else None,
    "DECIMAL_DIGITS": int(details["SCALE"]) if "SCALE" in details else None,
    "NULLABLE": field.nullable,
    "ORDINAL_POSITION": position,
    "REMARKS": details.get("REMARKS"),
  }


def like(pattern: str) -> str:
  """The regular expression the driver makes of a pattern; it knows no escapes."""
  return "".join({"_": ".", "%": ".*"}.get(char, re.escape(char)) for char in pattern)
