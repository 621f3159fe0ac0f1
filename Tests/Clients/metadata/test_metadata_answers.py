"""Metadata as the specification wants it told: exact schemas, tickets, refusals."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pytest

from support import protobuf
from support.flightsql import any_message, bare_schema, descriptor
from support.metadata import (
  get_catalogs, get_cross_reference, get_db_schemas, get_keys, get_sql_info, get_table_types,
  get_tables,
)


def required(name: str, kind: pa.DataType) -> pa.Field:
  return pa.field(name, kind, nullable=False)


TABLE_FIELDS = [
  pa.field("catalog_name", pa.string()),
  pa.field("db_schema_name", pa.string()),
  required("table_name", pa.string()),
  required("table_type", pa.string()),
]

REFERENCE_FIELDS = [
  *(
    pa.field(f"{side}_{part}", pa.string(), nullable=part in ("catalog_name", "db_schema_name"))
    for side in ("pk", "fk")
    for part in ("catalog_name", "db_schema_name", "table_name", "column_name")
  ),
  required("key_sequence", pa.int32()),
  pa.field("fk_key_name", pa.string()),
  pa.field("pk_key_name", pa.string()),
  required("update_rule", pa.uint8()),
  required("delete_rule", pa.uint8()),
]

SCHEMAS = {
  "catalogs": (get_catalogs(), [required("catalog_name", pa.string())]),
  "db_schemas": (
    get_db_schemas(),
    [pa.field("catalog_name", pa.string()), required("db_schema_name", pa.string())],
  ),
  "tables": (get_tables(), TABLE_FIELDS),
  "tables_with_schema": (
    get_tables(include_schema=True),
    [*TABLE_FIELDS, required("table_schema", pa.binary())],
  ),
  "table_types": (get_table_types(), [required("table_type", pa.string())]),
  "primary_keys": (
    get_keys("PrimaryKeys", "t"),
    [
      pa.field("catalog_name", pa.string()),
      pa.field("db_schema_name", pa.string()),
      required("table_name", pa.string()),
      required("column_name", pa.string()),
      required("key_sequence", pa.int32()),
      pa.field("key_name", pa.string()),
    ],
  ),
  "exported_keys": (get_keys("ExportedKeys", "t"), REFERENCE_FIELDS),
  "imported_keys": (get_keys("ImportedKeys", "t"), REFERENCE_FIELDS),
  "cross_reference": (
    get_cross_reference((None, None, "t"), (None, None, "u")),
    REFERENCE_FIELDS,
  ),
  "sql_info": (
    get_sql_info(),
    [
      required("info_name", pa.uint32()),
      required(
        "value",
        pa.dense_union(
          [
            required("string_value", pa.string()),
            required("bool_value", pa.bool_()),
            required("bigint_value", pa.int64()),
            required("int32_bitmask", pa.int32()),
            required("string_list", pa.list_(pa.string())),
            required("int32_to_int32_list_map", pa.map_(pa.int32(), pa.list_(pa.int32()))),
          ]
        ),
      ),
    ],
  ),
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schema_is_the_specifications_wherever_it_is_told(raw, kind: str):
  command, fields = SCHEMAS[kind]
  info = raw.flight_info(command)
  assert info.schema.equals(pa.schema(fields), check_metadata=True)
  assert info.total_records == -1
  assert info.tickets == [command]
  first = raw.messages(command)[0]
  assert raw.schema_bytes(command) == info.schema_bytes
  assert first.header == bare_schema(info.schema_bytes)
  polled = protobuf.every(raw.call("PollFlightInfo", descriptor(command)), 1)
  assert polled == [info.content], "one answer, which is the last"


def test_a_ticket_can_be_fetched_any_number_of_times(raw):
  (only,) = raw.flight_info(get_table_types()).tickets
  assert len({b"".join(raw.stream(only)) for _ in range(3)}) == 1


def test_a_command_that_cannot_be_read_is_refused(raw):
  broken = any_message("CommandGetTables", b"\x0a\xff")
  for method in ("GetFlightInfo", "GetSchema"):
    with pytest.raises(grpc.RpcError) as caught:
      raw.call(method, descriptor(broken))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
  with pytest.raises(grpc.RpcError) as caught:
    list(raw.stream(broken))
  assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
