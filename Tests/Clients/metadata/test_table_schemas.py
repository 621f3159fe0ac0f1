"""The columns of tables as clients see them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from support.flightsql import Command, run
from support.metadata import fetch, get_keys, get_tables, rows, table_schemas


# Schemas of tables


def test_metadata_of_columns(own):
  raw = own()
  run(
    raw,
    "CREATE SEQUENCE numbers",
    "CREATE TABLE t (id BIGINT PRIMARY KEY DEFAULT nextval('numbers'),"
    " price DECIMAL(10, 2) NOT NULL, text VARCHAR, moment TIMESTAMP WITH TIME ZONE)",
    "COMMENT ON COLUMN t.price IS 'in €'",
    "CREATE VIEW v AS SELECT id, price FROM t",
  )
  schemas = table_schemas(fetch(raw, get_tables(include_schema=True)))
  prefix = b"ARROW:FLIGHT:SQL:"
  found = {
    (name, field.name): {
      key.removeprefix(prefix).decode(): value.decode() for key, value in field.metadata.items()
    }
    for name, schema in schemas.items()
    for field in schema
  }
  assert found["t", "price"] == {
    "CATALOG_NAME": "memory", "DB_SCHEMA_NAME": "main", "SCHEMA_NAME": "main", "TABLE_NAME": "t",
    "TYPE_NAME": "DECIMAL(10,2)", "PRECISION": "10", "SCALE": "2", "IS_AUTO_INCREMENT": "0",
    "IS_CASE_SENSITIVE": "0", "IS_READ_ONLY": "0", "IS_SEARCHABLE": "1", "REMARKS": "in €",
  }
  assert found["t", "id"]["IS_AUTO_INCREMENT"] == "1"
  assert found["t", "text"]["IS_CASE_SENSITIVE"] == "1"
  assert "PRECISION" not in found["t", "text"] and "REMARKS" not in found["t", "text"]
  assert found["t", "moment"]["TYPE_NAME"] == "TIMESTAMP WITH TIME ZONE"
  assert found["v", "price"]["IS_READ_ONLY"] == "1"
  assert [field.nullable for field in schemas["t"]] == [False, False, True, True]


TYPES = [
  "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
  "UINTEGER", "UBIGINT", "UHUGEINT", "BIGNUM", "FLOAT", "DOUBLE", "DECIMAL(38, 10)", "VARCHAR",
  "JSON", "BLOB", "BIT", "UUID", "DATE", "TIME", "TIME_NS", "TIMETZ", "TIMESTAMP_S",
  "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMPTZ", "INTERVAL", "GEOMETRY",
  "ENUM('a', 'it''s')", "INTEGER[]", "VARCHAR[][3]", 'STRUCT("a ""b" INTEGER, c VARCHAR[])',
  "MAP(VARCHAR, INTEGER[])", "UNION(n INTEGER, s VARCHAR)", "DECIMAL(4, 1)[]",
]


def test_the_schema_of_a_table_is_that_of_its_rows(own):
  raw = own()
  columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(TYPES))
  run(raw, f"CREATE TABLE t ({columns})", "CREATE VIEW v AS FROM t")
  run(raw, "CREATE VIEW untyped AS SELECT NULL AS n, [] AS l")
  schemas = table_schemas(fetch(raw, get_tables(include_schema=True)))
  for name in ("t", "v", "untyped"):
    assert schemas[name].remove_metadata().equals(raw.query(f"FROM {name}").schema), name


def test_what_arrow_lacks_does_not_break_the_list(own):
  raw = own()
  run(raw, "CREATE TABLE odd (a INTEGER, v VARIANT)", "CREATE TABLE plain (a INTEGER)")
  run(raw, "CREATE VIEW broken AS FROM plain", "DROP TABLE plain", "CREATE TABLE other (a DATE)")
  schemas = table_schemas(fetch(raw, get_tables(include_schema=True)))
  assert schemas["odd"].types == [pa.int32(), pa.string()]
  assert schemas["odd"].field("v").metadata[b"ARROW:FLIGHT:SQL:TYPE_NAME"] == b"VARIANT"
  assert set(schemas) == {"broken", "odd", "other"}
  assert schemas["other"].types == [pa.date32()]


def test_ten_thousand_tables(own):
  raw = own()
  batch = 500
  for first in range(0, 10_000, batch):
    statements = (
      f"CREATE TABLE t{number:05} (id INTEGER PRIMARY KEY, s VARCHAR, d DECIMAL(9, 2))"
      for number in range(first, first + batch)
    )
    raw.update(Command.update("BEGIN; " + "; ".join(statements) + "; COMMIT"))
  names = [f"t{number:05}" for number in range(10_000)]
  assert [row[2] for row in rows(raw, get_tables())] == names
  result = fetch(raw, get_tables(include_schema=True))
  assert result.column("table_name").to_pylist() == names
  assert {tuple(schema.names) for schema in table_schemas(result).values()} == {("id", "s", "d")}
  assert len(rows(raw, get_tables(name="t0%9"))) == 1_000
  assert rows(raw, get_keys("PrimaryKeys", "t09999"))[0][3] == "id"


# ADBC


def test_adbc_get_objects_at_every_depth(connection, name):
  with connection.cursor() as cursor:
    cursor.execute(f"CREATE TABLE {name} (a INTEGER NOT NULL, b VARCHAR)")
  shown = {}
  for depth in ("catalogs", "db_schemas", "tables", "all"):
    reader = connection.adbc_get_objects(depth=depth, table_name_filter=name)
    shown[depth] = {row["catalog_name"]: row for row in reader.read_all().to_pylist()}
    assert "memory" in shown[depth]
  schemas = {s["db_schema_name"]: s for s in shown["all"]["memory"]["catalog_db_schemas"]}
  (table,) = schemas["main"]["db_schema_tables"]
  assert (table["table_name"], table["table_type"]) == (name, "BASE TABLE")
  columns = [(c["column_name"], c["ordinal_position"]) for c in table["table_columns"]]
  assert columns == [("a", 1), ("b", 2)]
  assert [c["xdbc_type_name"] for c in table["table_columns"]] == ["INTEGER", "VARCHAR"]


@pytest.mark.parametrize(
  "text", ["SELECT * FROM t WHERE a LIKE '50\\%' AND b = 'x\\", "SELECT '%%%' || \"q\"", "\\"]
)
def test_sql_as_a_table_pattern_finds_nothing(connection, text: str):
  objects = connection.adbc_get_objects(depth="tables", table_name_filter=text)
  for catalog in objects.read_all().to_pylist():
    for schema in catalog["catalog_db_schemas"]:
      assert not schema["db_schema_tables"]


def test_a_nul_in_a_pattern_finds_nothing(raw):
  assert rows(raw, get_tables(name="a\0b")) == rows(raw, get_tables("a\0b")) == []


def test_adbc_table_schema_and_types(connection, name):
  with connection.cursor() as cursor:
    cursor.execute(f'CREATE TABLE {name} (a INTEGER, "b c" DATE)')
  schema = connection.adbc_get_table_schema(name, db_schema_filter="main", catalog_filter="memory")
  assert (schema.names, schema.types) == (["a", "b c"], [pa.int32(), pa.date32()])
  assert connection.adbc_get_table_types() == ["BASE TABLE", "LOCAL TEMPORARY", "VIEW"]
