"""Flight SQL's commands for metadata, and what they are answered with."""

from __future__ import annotations

import pyarrow as pa

from .flightsql import RawClient, any_message, table
from .protobuf import message


def get_catalogs() -> bytes:
  return any_message("CommandGetCatalogs")


def get_db_schemas(catalog: str | None = None, schema: str | None = None) -> bytes:
  return any_message("CommandGetDbSchemas", message((1, catalog), (2, schema)))


def get_tables(
  catalog: str | None = None,
  schema: str | None = None,
  name: str | None = None,
  types: tuple[str, ...] = (),
  include_schema: bool = False,
) -> bytes:
  body = message(
    (1, catalog), (2, schema), (3, name), *((4, kind) for kind in types), (5, include_schema)
  )
  return any_message("CommandGetTables", body)


def get_table_types() -> bytes:
  return any_message("CommandGetTableTypes")


def get_keys(kind: str, name: str, catalog: str | None = None, schema: str | None = None) -> bytes:
  """Of kind PrimaryKeys, ExportedKeys or ImportedKeys."""
  return any_message(f"CommandGet{kind}", message((1, catalog), (2, schema), (3, name)))


def get_cross_reference(
  pk: tuple[str | None, str | None, str], fk: tuple[str | None, str | None, str]
) -> bytes:
  return any_message("CommandGetCrossReference", message(*enumerate((*pk, *fk), 1)))


def get_sql_info(*ids: int) -> bytes:
  return any_message("CommandGetSqlInfo", message(*((1, number) for number in ids)))


def get_xdbc_type_info(data_type: int | None = None) -> bytes:
  return any_message("CommandGetXdbcTypeInfo", message((1, data_type)))


def fetch(raw: RawClient, command: bytes) -> pa.Table:
  """GetFlightInfo and DoGet."""
  (only,) = raw.flight_info(command).tickets
  return table(raw.messages(only))


def rows(raw: RawClient, command: bytes) -> list[tuple]:
  result = fetch(raw, command)
  return list(zip(*(column.to_pylist() for column in result.columns)))


def table_schemas(result: pa.Table) -> dict[str, pa.Schema]:
  """The schemas in the column `table_schema`, by table."""
  return {
    row["table_name"]: pa.ipc.read_schema(pa.py_buffer(row["table_schema"]))
    for row in result.to_pylist()
  }
