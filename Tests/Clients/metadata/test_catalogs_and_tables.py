"""The catalog as clients see it: catalogs, schemas and tables."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import pytest

from support.flightsql import RawClient, run
from support.metadata import (
  fetch, get_catalogs, get_db_schemas, get_keys, get_table_types, get_tables, rows, table_schemas,
)


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


@pytest.mark.parametrize(
  "macro", ["starts_with(a, b)", "list_contains(a, b)", "duckdb_settings()", "current_catalog()"]
)
def test_a_macro_under_the_name_of_a_function_changes_nothing(own, macro):
  raw = own()
  run(raw, "CREATE TABLE a (i INTEGER PRIMARY KEY)", f"CREATE MACRO {macro} AS true")
  assert [row[2] for row in rows(raw, get_tables(types=["BASE TABLE"]))] == ["a"]
  assert [row[2] for row in rows(raw, get_keys("PrimaryKeys", "a"))] == ["a"]
  assert raw.action("GetSessionOptions")


@pytest.mark.parametrize(
  "macro",
  ["lower(a)", "list_transform(a, b)", "list_sort(a)", "list_position(a, b)",
   "generate_subscripts(a, b)"],
)
def test_a_macro_under_the_name_of_a_function_changes_no_keys(own, macro):
  raw = own()
  run(raw, "CREATE TABLE a (i INTEGER PRIMARY KEY)", "CREATE TABLE b (i INTEGER REFERENCES a (i))")
  expected = rows(raw, get_keys("ImportedKeys", "b"))
  assert len(expected) == 1
  run(raw, f"CREATE MACRO {macro} AS 99")
  assert rows(raw, get_keys("ImportedKeys", "b")) == expected
