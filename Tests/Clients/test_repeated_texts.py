"""A text that comes again and again means each time what it would mean if it came for the first time."""

from __future__ import annotations

import pyarrow as pa

from support.flightsql import Command, RawClient
from support.ingestion import REPLACE, ingest


def column(client, sql: str) -> list:
  return client.query(sql).column(0).to_pylist()


def often(client, sql: str) -> list:
  """What a text returns that has come before."""
  for _ in range(3):
    column(client, sql)
  return column(client, sql)


def test_a_file_that_is_new_is_read(raw, tmp_path):
  sql = f"SELECT * FROM '{tmp_path}/*.csv' ORDER BY ALL"
  (tmp_path / "a.csv").write_text("n\n1\n")
  assert often(raw, sql) == [1]
  (tmp_path / "b.csv").write_text("n\n2\n")
  assert column(raw, sql) == [1, 2]


def test_a_view_of_files_is_looked_up_anew(raw, name, tmp_path):
  (tmp_path / "a.csv").write_text("n\n1\n")
  raw.query(f"CREATE VIEW {name} AS FROM '{tmp_path}/*.csv'")
  assert often(raw, f"SELECT n FROM {name} ORDER BY n") == [1]
  (tmp_path / "b.csv").write_text("n\n2\n")
  assert column(raw, f"SELECT n FROM {name} ORDER BY n") == [1, 2]


def test_time_goes_on(raw):
  first = often(raw, "SELECT now()")
  assert column(raw, "SELECT now()") > first


def test_a_sequence_counts_every_fetch(raw, name):
  raw.query(f"CREATE SEQUENCE {name}")
  assert often(raw, f"SELECT nextval('{name}')") == [4]


def test_a_variable_has_its_present_value(raw):
  raw.query("SET VARIABLE v = 1")
  assert often(raw, "SELECT getvariable('v')") == [1]
  raw.query("SET VARIABLE v = 2")
  assert column(raw, "SELECT getvariable('v')") == [2]


def test_another_schema_has_other_tables(raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
  raw.query(f"CREATE SCHEMA {name}_s; CREATE TABLE {name}_s.{name} AS SELECT 2 AS n")
  assert often(raw, f"FROM {name}") == [1]
  raw.query(f"USE {name}_s")
  assert often(raw, f"FROM {name}") == [2]


def test_a_dropped_table_is_gone(raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
  assert often(raw, f"FROM {name}") == [1]
  raw.query(f"DROP TABLE {name}; CREATE TABLE {name} AS SELECT 'x' AS s, 2 AS n")
  assert raw.query(f"FROM {name}").to_pylist() == [{"s": "x", "n": 2}]


def test_a_table_that_an_ingestion_replaced_is_noticed(raw, name):
  ingest(raw, Command.ingest(name), pa.table({"n": [1]}))
  assert often(raw, f"FROM {name}") == [1]
  ingest(raw, Command.ingest(name, if_exists=REPLACE), pa.table({"s": ["x"], "n": [2]}))
  assert raw.query(f"FROM {name}").to_pylist() == [{"s": "x", "n": 2}]


def test_a_transaction_that_another_session_commits_is_noticed(server, raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS n")
  with RawClient(server.address) as other:
    transaction = other.begin()
    other.update(Command.update(f"ALTER TABLE {name} ADD COLUMN s VARCHAR DEFAULT 'x'", transaction))
    assert often(raw, f"FROM {name}") == [1]
    other.commit(transaction)
  assert raw.query(f"FROM {name}").to_pylist() == [{"n": 1, "s": "x"}]
