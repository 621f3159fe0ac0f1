"""ADBC 1.9, which sends every statement through GetFlightInfo and fetches only results."""

from __future__ import annotations

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa
import pytest


def count(cursor, table: str) -> int:
  cursor.execute(f"SELECT count(*) FROM {table}")
  return cursor.fetchone()[0]


def test_this_is_the_old_driver():
  assert adbc_driver_flightsql.__version__ == "1.9.0"


@pytest.mark.parametrize("fetches", [True, False])
def test_a_write_runs_exactly_once_whether_or_not_it_is_fetched(cursor, name, fetches: bool):
  def run(sql: str) -> None:
    cursor.execute(sql)
    if fetches:
      cursor.fetchall()

  run(f"CREATE TABLE {name} (a INTEGER)")
  for expected in (1, 2, 3):
    run(f"INSERT INTO {name} VALUES (1)")
    assert count(cursor, name) == expected
  run(f"UPDATE {name} SET a = a + 1")
  cursor.execute(f"SELECT sum(a)::INTEGER FROM {name}")
  assert cursor.fetchone() == (6,)
  run(f"DROP TABLE {name}")


def test_insert_returning_runs_once(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
  cursor.execute(f"INSERT INTO {name} VALUES (1), (2) RETURNING a * 10 AS b")
  assert cursor.fetchall() == [(10,), (20,)]
  assert count(cursor, name) == 2


def test_a_table(cursor):
  cursor.execute("SELECT i, 'row ' || i AS s FROM range(100000) AS rows(i)")
  found = cursor.fetch_arrow_table()
  assert found.schema == pa.schema([("i", pa.int64()), ("s", pa.string())])
  assert found.column("i").to_pylist() == list(range(100_000))


def test_an_error_leaves_the_connection_usable(cursor):
  with pytest.raises(adbc.Error, match="nosuch"):
    cursor.execute("SELECT * FROM nosuch")
  cursor.execute("SELECT 42")
  assert cursor.fetchone() == (42,)


def test_parameters(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", [(1, "one"), (2, None)])
  assert count(cursor, name) == 2
  cursor.execute(f"SELECT b FROM {name} WHERE a = ?", (1,))
  assert cursor.fetchall() == [("one",)]


def test_this_driver_cannot_ingest(cursor, name):
  with pytest.raises(adbc.NotSupportedError, match="ingest"):
    cursor.adbc_ingest(name, pa.table({"i": [1, 2, 3]}))


def test_commit_and_roll_back(server, cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
  with adbc.connect(server.uri) as writer, writer.cursor() as writing:
    writing.execute(f"INSERT INTO {name} VALUES (1)")
    assert (count(writing, name), count(cursor, name)) == (1, 0)
    writer.rollback()
    writing.execute(f"INSERT INTO {name} VALUES (2)")
    writer.commit()
    assert count(cursor, name) == 1


def test_objects(connection, cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  found = connection.adbc_get_objects(table_name_filter=name).read_all().to_pylist()
  tables = [
    table
    for catalog in found
    for schema in catalog["catalog_db_schemas"]
    for table in schema["db_schema_tables"]
  ]
  assert [[column["column_name"] for column in table["table_columns"]] for table in tables] == [
    ["a", "b"]
  ]
