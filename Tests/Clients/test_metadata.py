"""The catalog as clients see it: catalogs, schemas, tables, their columns and keys."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support import protobuf
from support.flightsql import Command, RawClient, any_message, bare_schema, descriptor
from support.metadata import (
  fetch,
  get_catalogs,
  get_cross_reference,
  get_db_schemas,
  get_keys,
  get_sql_info,
  get_table_types,
  get_tables,
  get_xdbc_type_info,
  rows,
  table_schemas,
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


@pytest.fixture
def own(start):
  """A client of a server whose database is this test's alone."""
  opened = []

  def connect(*arguments: str) -> RawClient:
    opened.append(RawClient(start(*arguments).address))
    return opened[-1]

  yield connect
  for one in opened:
    one.close()


def run(raw: RawClient, *statements: str) -> None:
  for sql in statements:
    raw.update(Command.update(sql))


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


# Catalogs and schemas


def test_catalogs_and_schemas_are_what_users_made(own):
  raw = own()
  assert rows(raw, get_catalogs()) == [("memory",)]
  assert rows(raw, get_db_schemas()) == [("memory", "main")]
  run(
    raw,
    "CREATE SCHEMA s",
    "ATTACH ':memory:' AS \"o'th\"\"er é\"",
    "CREATE SCHEMA \"o'th\"\"er é\".z",
  )
  assert rows(raw, get_catalogs()) == [("memory",), ("o'th\"er é",)]
  assert rows(raw, get_db_schemas()) == [
    ("memory", "main"), ("memory", "s"), ("o'th\"er é", "main"), ("o'th\"er é", "z"),
  ]
  assert rows(raw, get_db_schemas("o'th\"er é", "z")) == [("o'th\"er é", "z")]
  assert rows(raw, get_db_schemas(None, "s")) == [("memory", "s")]


@pytest.mark.parametrize(
  "catalog, schema", [("", None), (None, ""), ("MEMORY", None), ("mem%", None)]
)
def test_no_schema_is_without_a_name_and_catalogs_are_no_patterns(raw, catalog, schema):
  assert rows(raw, get_db_schemas(catalog, schema)) == []


def test_duckdbs_own_views_are_listed_when_named(raw):
  schemas = [("system", "information_schema")]
  assert rows(raw, get_db_schemas(None, "information_schema")) == schemas
  assert ("system", "pg_catalog") in rows(raw, get_db_schemas("system"))
  columns = ("system", "information_schema", "columns", "VIEW")
  assert columns in rows(raw, get_tables(None, "information\\_schema"))
  assert columns in rows(raw, get_tables("system", include_schema=False))
  assert columns not in rows(raw, get_tables())
  assert all(row[0] != "system" for row in rows(raw, get_tables(None, "main")))


def test_temporary_objects_are_the_sessions_own(start):
  own_server = start()
  with (
    RawClient(own_server.address) as raw,
    adbc.connect(own_server.uri, autocommit=True) as opened,
  ):
    run(raw, "CREATE TABLE a (i INTEGER)")
    with opened.cursor() as cursor:
      cursor.execute("CREATE TEMP TABLE b (i INTEGER)")
      cursor.execute("CREATE TEMP VIEW c AS SELECT 1 AS x")
    objects = opened.adbc_get_objects(depth="tables").read_all().to_pylist()
    found = {
      (c["catalog_name"], s["db_schema_name"], t["table_name"], t["table_type"])
      for c in objects
      for s in c["catalog_db_schemas"]
      for t in s["db_schema_tables"]
    }
    assert rows(raw, get_catalogs()) == [("memory",)]
  assert found == {
    ("memory", "main", "a", "BASE TABLE"),
    ("temp", "main", "b", "LOCAL TEMPORARY"),
    ("temp", "main", "c", "VIEW"),
  }


# Tables


def test_table_types_and_the_filter_on_them(own):
  raw = own()
  assert rows(raw, get_table_types()) == [("BASE TABLE",), ("LOCAL TEMPORARY",), ("VIEW",)]
  run(raw, "CREATE TABLE t (i INTEGER)", "CREATE VIEW v AS FROM t")
  table, view = ("memory", "main", "t", "BASE TABLE"), ("memory", "main", "v", "VIEW")
  for types, expected in {
    (): [table, view],
    ("BASE TABLE",): [table],
    ("TABLE",): [table],
    ("TABLE", "VIEW"): [table, view],
    ("VIEW", "SYNONYM"): [view],
    ("SYNONYM", "'"): [],
  }.items():
    assert rows(raw, get_tables(types=types)) == expected
    found = fetch(raw, get_tables(types=types, include_schema=True))
    assert found.column("table_name").to_pylist() == [row[2] for row in expected]


NAMES = [
  "a_b", "aXb", "a%b", "a\\b", "Quo\"te'", "日本 表", "ａ", "line\nbreak", "e\u0301", "x" * 300,
]

PATTERNS = {
  "a_b": ["a_b", "aXb", "a%b", "a\\b"],
  "a\\_b": ["a_b"],
  "a\\%b": ["a%b"],
  "a\\\\b": ["a\\b"],
  "a%": ["a_b", "aXb", "a%b", "a\\b"],
  "A%": [],
  "日本%": ["日本 表"],
  "_ 表": [],
  "__ _": ["日本 表"],
  "%'": ["Quo\"te'"],
  "x%x": ["x" * 300],
  "": [],
  "a\\": [],
  "%\\": [],
  "%%%%": NAMES,
  "%": NAMES,
}


def test_patterns_and_names_of_every_kind(own):
  raw = own()
  for name in NAMES:
    run(raw, 'CREATE TABLE "{}" ("{}" INTEGER)'.format(*[name.replace('"', '""')] * 2))
  for pattern, expected in PATTERNS.items():
    found = [row[2] for row in rows(raw, get_tables(name=pattern))]
    assert found == sorted(expected, key=str.encode), pattern
  schemas = table_schemas(fetch(raw, get_tables(include_schema=True)))
  assert {name: schema.names for name, schema in schemas.items()} == {n: [n] for n in NAMES}


def test_filters_hold_for_catalog_schema_and_name_together(own):
  raw = own()
  run(raw, "ATTACH ':memory:' AS x", "CREATE SCHEMA x.s", "CREATE SCHEMA s")
  run(raw, *(f"CREATE TABLE {where}.t (i INTEGER)" for where in ("x.s", "x.main", "memory.s")))
  assert rows(raw, get_tables("x", "s", "t")) == [("x", "s", "t", "BASE TABLE")]
  assert [row[:2] for row in rows(raw, get_tables(None, "s"))] == [("memory", "s"), ("x", "s")]
  assert [row[:2] for row in rows(raw, get_tables("x"))] == [("x", "main"), ("x", "s")]
  assert rows(raw, get_tables("")) == rows(raw, get_tables("no such")) == []


def test_tables_of_an_open_transaction_are_listed(start):
  own_server = start()
  with (
    RawClient(own_server.address) as raw,
    adbc.connect(own_server.uri, autocommit=True) as opened,
  ):
    with opened.cursor() as cursor:
      for sql in ("BEGIN", "CREATE TABLE pending (i INTEGER)"):
        cursor.execute(sql)
      assert opened.adbc_get_table_schema("pending").names == ["i"]
      assert rows(raw, get_tables()) == []
      cursor.execute("ROLLBACK")
      with pytest.raises(adbc.Error):
        opened.adbc_get_table_schema("pending")


def test_a_macro_or_setting_of_the_session_changes_nothing(own):
  raw = own()
  run(raw, "CREATE TABLE b (i INTEGER)", "CREATE TABLE a (i INTEGER)")
  run(raw, "CREATE MACRO duckdb_tables() AS TABLE SELECT 'forged' AS table_name")
  run(raw, "SET GLOBAL default_order = 'DESC'")
  assert [row[2] for row in rows(raw, get_tables())] == ["a", "b"]


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


# Keys


@pytest.fixture
def keyed(own):
  raw = own()
  for catalog in ("memory", "x"):
    if catalog == "x":
      run(raw, "ATTACH ':memory:' AS x")
    run(raw, f"USE {catalog}.main", "CREATE SCHEMA s")
    for schema in ("main", "s"):
      run(
        raw,
        f"USE {catalog}.{schema}",
        "CREATE TABLE \"P's\" (a INTEGER, \"B,c\" INTEGER, u INTEGER UNIQUE,"
        " PRIMARY KEY (\"B,c\", a))",
        "CREATE TABLE f (i INTEGER PRIMARY KEY, x INTEGER, y INTEGER, z INTEGER, p INTEGER,"
        " FOREIGN KEY (y, x) REFERENCES \"p's\" (\"b,C\", A),"
        " FOREIGN KEY (z) REFERENCES \"P's\" (U),"
        " FOREIGN KEY (p) REFERENCES f (i))",
      )
  run(raw, "USE memory.main")
  return raw


def test_primary_keys_are_in_the_keys_order(keyed):
  assert rows(keyed, get_keys("PrimaryKeys", "P's", "memory", "s")) == [
    ("memory", "s", "P's", "B,c", 1, "P's_b,c_a_pkey"),
    ("memory", "s", "P's", "a", 2, "P's_b,c_a_pkey"),
  ]
  everywhere = rows(keyed, get_keys("PrimaryKeys", "f"))
  assert [row[:2] for row in everywhere] == [
    ("memory", "main"), ("memory", "s"), ("x", "main"), ("x", "s"),
  ]


@pytest.mark.parametrize("kind", ["PrimaryKeys", "ImportedKeys", "ExportedKeys"])
def test_keys_are_asked_for_by_exact_names(keyed, kind: str):
  for arguments in [
    ("F",), ("_",), ("%",), ("",), ("f", ""), ("f", "%"), ("f", "memory", ""),
    ("f", "memory", "m%"),
  ]:
    assert rows(keyed, get_keys(kind, *arguments)) == [], arguments


def reference(schema: str, pk: tuple[str, str], fk: str, sequence: int, names: tuple[str, str]):
  return ("memory", schema, *pk, "memory", schema, "f", fk, sequence, *names, 3, 3)


def references(schema: str):
  primary = ("f_y_x_b,c_a_fkey", "P's_b,c_a_pkey")
  return [
    reference(schema, ("P's", "B,c"), "y", 1, primary),
    reference(schema, ("P's", "a"), "x", 2, primary),
    reference(schema, ("P's", "u"), "z", 1, ("f_z_u_fkey", "P's_u_key")),
    reference(schema, ("f", "i"), "p", 1, ("f_p_i_fkey", "f_i_pkey")),
  ]


def test_imported_keys_name_the_columns_as_they_are_stored(keyed):
  assert rows(keyed, get_keys("ImportedKeys", "f", "memory", "s")) == references("s")
  assert len(rows(keyed, get_keys("ImportedKeys", "f"))) == 16
  assert rows(keyed, get_keys("ImportedKeys", "P's")) == []


def test_exported_keys_are_ordered_by_who_refers(keyed):
  found = rows(keyed, get_keys("ExportedKeys", "P's", "memory"))
  assert sorted(found) == sorted([*references("main")[:3], *references("s")[:3]])
  order = [(row[4], row[5], row[6], row[9], row[8]) for row in found]
  assert order == sorted(order)


def test_cross_reference(keyed):
  assert (
    rows(keyed, get_cross_reference(("memory", "s", "P's"), (None, None, "f")))
    == references("s")[:3]
  )
  assert rows(keyed, get_cross_reference(("memory", "s", "P's"), ("memory", "main", "f"))) == []
  assert rows(keyed, get_cross_reference((None, None, "f"), (None, None, "P's"))) == []
  assert (
    rows(keyed, get_cross_reference(("memory", "main", "f"), (None, None, "f")))
    == references("main")[3:]
  )


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
