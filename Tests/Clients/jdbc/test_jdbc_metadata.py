"""DatabaseMetaData over JDBC, and what DBeaver asks for to draw its tree."""

from __future__ import annotations

import pytest

from support.jdbc import Connection
from support.jdbc_metadata import BOOLEANS, INTEGERS, LISTS, LONGS, MAPS, STRINGS


@pytest.fixture
def jdbc(server):
  with Connection(server.address) as opened:
    yield opened


@pytest.fixture
def catalog(jdbc, name):
  """An attached database with two tables, a view and a second schema."""
  with jdbc.create_statement() as statement:
    for sql in (
      f"ATTACH ':memory:' AS {name}",
      f"USE {name}",
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL)",
      "CREATE TABLE orders (id BIGINT, line SMALLINT, customer INTEGER REFERENCES customers (id), "
      "amount DECIMAL(12, 2), sold TIMESTAMP, PRIMARY KEY (id, line))",
      "CREATE VIEW totals AS SELECT customer, sum(amount) AS total FROM orders GROUP BY ALL",
      "CREATE SCHEMA other_schema",
      "CREATE TABLE other_schema.orders (id INTEGER)",
      "USE memory",
    ):
      statement.execute(sql)
  return name


def test_sql_info_is_asked_for_once_and_complete(jdbc):
  information = jdbc.metadata
  found = information.sql_info
  assert set(found) == STRINGS | BOOLEANS | LONGS | INTEGERS | LISTS | MAPS
  assert information.sql_info is found
  assert jdbc.calls == ["GetFlightInfo", "DoGet"]


def test_sql_info_tells_the_truth(jdbc, server):
  found = jdbc.metadata.sql_info
  assert found[1].removeprefix("duckdb ") == server.duckdb_version
  assert found[3] is False, "not read-only"
  assert found[504] == '"', "getIdentifierQuoteString"
  assert found[513] == "\\", "getSearchStringEscape"
  assert (found[529], found[531]) == ("schema", "catalog")
  assert {"SELECT", "PIVOT"} <= {word.upper() for word in found[508]}, "getSQLKeywords"
  assert "abs" in found[509] and "upper" in found[510]
  assert found[528] == 6, "full and limited outer joins"
  assert found[563] is True and found[573] is False, "transactions, but no savepoints"
  assert found[562] > 0, "getDefaultTransactionIsolation"


def test_sql_info_by_id(jdbc):
  assert set(jdbc.metadata.read_sql_info(0, 8, 504)) == {0, 8, 504}
  assert jdbc.metadata.read_sql_info(8) == {8: 1}


def test_catalogs_and_schemas(jdbc, catalog):
  catalogs = jdbc.metadata.catalogs()
  assert {catalog, "memory"} <= set(catalogs)
  assert catalogs == sorted(catalogs)
  everything = jdbc.metadata.schemas()
  assert {(catalog, "main"), (catalog, "other_schema"), ("memory", "main")} <= set(everything)
  assert everything == sorted(everything)
  assert set(jdbc.metadata.schemas(catalog)) >= {(catalog, "main"), (catalog, "other_schema")}
  assert {found for found, _ in jdbc.metadata.schemas(catalog)} == {catalog}
  assert jdbc.metadata.schemas(catalog, "other%") == [(catalog, "other_schema")]
  assert jdbc.metadata.schemas(catalog, "other\\_schema") == [(catalog, "other_schema")]
  assert jdbc.metadata.schemas(catalog, "main\\_schema") == []


def test_tables(jdbc, catalog):
  found = jdbc.metadata.tables(catalog, None, "%")
  assert [row[1:3] for row in found] == [
    ("main", "customers"), ("main", "orders"), ("main", "totals"), ("other_schema", "orders"),
  ]
  assert {row[3] for row in found} <= set(jdbc.metadata.table_types())
  assert [row[2] for row in jdbc.metadata.tables(catalog, "main", "o%")] == ["orders"]
  assert jdbc.metadata.tables("nosuch", None, None) == []


def test_tables_by_type(jdbc, catalog):
  def names(*types: str) -> list[str]:
    return [row[2] for row in jdbc.metadata.tables(catalog, "main", None, types)]

  types = {row[2]: row[3] for row in jdbc.metadata.tables(catalog, "main", None)}
  assert names(types["orders"]) == ["customers", "orders"]
  assert names(types["totals"]) == ["totals"]
  assert names("TABLE", "VIEW") == ["customers", "orders", "totals"], "the words every tool sends"
  assert names("SYNONYM") == []


def test_columns(jdbc, catalog):
  found = jdbc.metadata.columns(catalog, "main", "orders", "%")
  assert [
    (row["COLUMN_NAME"], row["DATA_TYPE"], row["NULLABLE"], row["ORDINAL_POSITION"])
    for row in found
  ] == [
    ("id", -5, False, 1),
    ("line", 5, False, 2),
    ("customer", 4, True, 3),
    ("amount", 3, True, 4),
    ("sold", 93, True, 5),
  ]
  assert {row["TABLE_NAME"] for row in found} == {"orders"}
  amount = found[3]
  assert (amount["COLUMN_SIZE"], amount["DECIMAL_DIGITS"]) == (12, 2)
  assert amount["TYPE_NAME"].startswith("DECIMAL")
  matching = jdbc.metadata.columns(catalog, "main", "orders", "%o%")
  assert [row["COLUMN_NAME"] for row in matching] == ["customer", "amount", "sold"]
  total = jdbc.metadata.columns(catalog, "main", "totals", "total")
  assert [row["DATA_TYPE"] for row in total] == [3]


def test_keys(jdbc, catalog):
  (key,) = jdbc.metadata.primary_keys(catalog, "main", "customers")
  assert (key["column_name"], key["key_sequence"]) == ("id", 1)
  parts = jdbc.metadata.primary_keys(catalog, "main", "orders")
  assert [(part["column_name"], part["key_sequence"]) for part in parts] == [("id", 1), ("line", 2)]
  assert jdbc.metadata.primary_keys(catalog, "other_schema", "orders") == []
  (imported,) = jdbc.metadata.imported_keys(catalog, "main", "orders")
  assert (imported["pk_table_name"], imported["pk_column_name"]) == ("customers", "id")
  assert (imported["fk_table_name"], imported["fk_column_name"]) == ("orders", "customer")
  assert (imported["update_rule"], imported["delete_rule"]) == (3, 3), "no action"
  assert jdbc.metadata.exported_keys(catalog, "main", "customers") == [imported]
  crossed = jdbc.metadata.cross_reference(
    (catalog, "main", "customers"), (catalog, "main", "orders")
  )
  assert crossed == [imported]
  assert jdbc.metadata.exported_keys(catalog, "main", "orders") == []


def test_dbeaver_draws_its_tree_and_opens_a_table(server, catalog):
  """Connect with a user, the database's properties, catalogs, schemas, tables, one in detail."""
  with Connection(server.address, user="lakehouse", password="secret") as connection:
    information = connection.metadata
    assert information.sql_info[0] and information.sql_info[1]
    quote, escape = information.sql_info[504], information.sql_info[513]
    assert catalog in information.catalogs()
    assert (catalog, "other_schema") in information.schemas(catalog)
    assert information.table_types()
    tables = information.tables(catalog, f"other{escape}_schema", "%")
    assert [row[1:3] for row in tables] == [("other_schema", "orders")]
    (column,) = information.columns(catalog, f"other{escape}_schema", "orders")
    assert column["COLUMN_NAME"] == "id"
    assert information.primary_keys(catalog, "main", "orders")
    assert information.imported_keys(catalog, "main", "orders")
    assert information.exported_keys(catalog, "main", "customers")
    path = ".".join(f"{quote}{part}{quote}" for part in (catalog, "main", "orders"))
    with connection.create_statement() as statement:
      assert statement.execute_query(f"SELECT x.* FROM {path} AS x") == []
