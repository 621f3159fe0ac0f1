"""CommandStatementIngest: where rows go, and what becomes of the table."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pyarrow.flight as flight
import pytest

from support.flightsql import Command, read_table
from support.ingestion import (
  APPEND, CREATE, FAIL, FAIL_IF_MISSING, REPLACE, ROWS, content, exists, flight_messages, ingest,
  ingest_refusal, ipc_messages, refusal,
)
from support.protobuf import message

Status = grpc.StatusCode


# The table


@pytest.mark.parametrize("if_not_exist", [CREATE, FAIL_IF_MISSING])
@pytest.mark.parametrize("if_exists", [FAIL, APPEND, REPLACE])
@pytest.mark.parametrize("is_there", [False, True])
def test_table_options(raw, name, if_not_exist: int, if_exists: int, is_there: bool):
  old = [(7, "old")]
  if is_there:
    raw.update(Command.update(f"CREATE TABLE {name} AS SELECT 7::BIGINT AS i, 'old' AS s"))
  asked = Command.ingest(name, if_not_exist=if_not_exist, if_exists=if_exists)
  rows = list(zip(*ROWS.to_pydict().values()))
  if not is_there and if_not_exist == FAIL_IF_MISSING:
    status, text = ingest_refusal(raw, asked, ROWS)
    assert status == Status.NOT_FOUND and name in text
    assert not exists(raw, name)
  elif is_there and if_exists == FAIL:
    status, text = ingest_refusal(raw, asked, ROWS)
    assert status == Status.ALREADY_EXISTS and name in text
    assert content(raw, name) == old
  else:
    assert ingest(raw, asked, ROWS) == 3
    kept = old if is_there and if_exists == APPEND else []
    assert content(raw, name) == kept + rows


@pytest.mark.parametrize("field", ["if_not_exist", "if_exists"])
@pytest.mark.parametrize("value", [0, 9])
def test_a_table_option_that_says_nothing_is_refused(raw, name, field: str, value: int):
  status, text = ingest_refusal(raw, Command.ingest(name, **{field: value}), ROWS)
  assert status == Status.INVALID_ARGUMENT and field in text
  assert not exists(raw, name)


@pytest.mark.parametrize(
  ("settings", "status"),
  [
    ({"table": ""}, Status.INVALID_ARGUMENT),
    ({"options": {"speed": "11"}}, Status.INVALID_ARGUMENT),
    ({"transaction": b"x"}, Status.NOT_FOUND),
    ({"schema": "nowhere"}, Status.NOT_FOUND),
    ({"catalog": "nowhere"}, Status.NOT_FOUND),
    ({"temporary": True, "catalog": "memory"}, Status.INVALID_ARGUMENT),
    ({"table": "a\0b"}, Status.INVALID_ARGUMENT),
  ],
)
def test_other_commands_that_are_refused(raw, name, settings: dict, status: grpc.StatusCode):
  found, text = ingest_refusal(raw, Command.ingest(**{"table": name} | settings), ROWS)
  assert found == status, text
  assert not exists(raw, name)


def test_a_view_is_not_replaced(raw, name):
  raw.update(Command.update(f"CREATE VIEW {name} AS SELECT 1 AS i"))
  for if_exists in (FAIL, APPEND, REPLACE):
    status, text = ingest_refusal(raw, Command.ingest(name, if_exists=if_exists), ROWS)
    assert status in (Status.INVALID_ARGUMENT, Status.ALREADY_EXISTS) and name in text
  assert content(raw, name) == [(1,)]


@pytest.mark.parametrize("table", ['with "quotes"', "Ünïcode ☃", "file.csv", "select", "a;b--c"])
def test_any_name_of_table_and_columns(raw, name, table: str):
  table = f"{table} {name}"
  rows = pa.table({table: [1], 'c"d': ["x"], "select": [None]})
  assert ingest(raw, Command.ingest(table), rows) == 1
  quoted = '"' + table.replace('"', '""') + '"'
  found = raw.query(f"SELECT * FROM {quoted}")
  assert found.schema.names == rows.schema.names
  assert found.to_pylist() == rows.to_pylist()


def test_schema_and_catalog(raw, name):
  raw.update(Command.update(f"CREATE SCHEMA s_{name}; ATTACH ':memory:' AS c_{name}"))
  assert ingest(raw, Command.ingest(name, schema=f"s_{name}"), ROWS) == 3
  assert ingest(raw, Command.ingest(name, catalog=f"c_{name}"), ROWS) == 3
  assert ingest(raw, Command.ingest(name, catalog="memory", schema="main"), ROWS) == 3
  for path in (f"memory.s_{name}", f"c_{name}.main", "memory.main"):
    assert raw.rows(f"SELECT count(*) FROM {path}.{name}") == [(3,)]


def test_an_unset_schema_is_the_sessions_current_one(server, name):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute(f"CREATE SCHEMA s_{name}")
    cursor.execute(f"USE s_{name}")
    assert cursor.adbc_ingest(name, ROWS) == 3
    cursor.execute(f"SELECT count(*) FROM memory.s_{name}.{name}")
    assert cursor.fetchall() == [(3,)]


def test_a_temporary_table_is_the_sessions_own(server, raw, name):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    assert cursor.adbc_ingest(name, ROWS, temporary=True) == 3
    assert cursor.adbc_ingest(name, ROWS.slice(0, 1)) == 1
    assert cursor.adbc_ingest(name, ROWS, mode="append", temporary=True) == 3
    counts = f"SELECT (SELECT count(*) FROM temp.{name}), (SELECT count(*) FROM memory.main.{name})"
    cursor.execute(counts)
    assert cursor.fetchall() == [(6, 1)]
    assert raw.rows(f"SELECT count(*) FROM {name}") == [(1,)]


@pytest.mark.parametrize("mode", ["create", "append", "replace", "create_append"])
def test_adbc_modes(cursor, name, mode: str):
  if mode != "create":
    cursor.execute(f"CREATE TABLE {name} (i BIGINT, s VARCHAR)")
  assert cursor.adbc_ingest(name, ROWS, mode=mode) == 3
  cursor.execute(f"SELECT * FROM {name}")
  assert cursor.fetch_arrow_table().to_pylist() == ROWS.to_pylist()


def test_adbc_sends_no_command_without_batches(cursor, name):
  schema = pa.schema([("i", pa.int64())])
  with pytest.raises(adbc.ProgrammingError, match="give it one without rows"):
    cursor.adbc_ingest(name, schema.empty_table(), mode="create")
  batch = pa.RecordBatch.from_pylist([], schema=schema)
  assert cursor.adbc_ingest(name, batch, mode="create") == 0
  cursor.execute(f"SELECT count(*) FROM {name}")
  assert cursor.fetchall() == [(0,)]


def test_pyarrow_flight(client, name):
  asked = flight.FlightDescriptor.for_command(Command.ingest(name))
  writer, reader = client.do_put(asked, ROWS.schema)
  with writer:
    writer.write_table(ROWS)
    writer.done_writing()
    assert reader.read().to_pybytes() == message((1, 3))
  assert read_table(client, f"FROM {name}").to_pylist() == ROWS.to_pylist()


# Columns


def test_columns_are_matched_by_name_and_missing_ones_get_their_default(raw, name):
  raw.update(
    Command.update(
      f"CREATE TABLE {name} (a INTEGER DEFAULT 42, B VARCHAR, c DECIMAL(5, 1), d DATE)"
    )
  )
  rows = pa.table({"C": [1.26], "b": ["x"], "D": ["2024-02-29"]})
  assert ingest(raw, Command.ingest(name, if_exists=APPEND), rows) == 1
  assert raw.rows(f"SELECT a, B, c::VARCHAR, d::VARCHAR FROM {name}") == [
    (42, "x", "1.3", "2024-02-29")
  ]


@pytest.mark.parametrize("if_not_exist", [CREATE, FAIL_IF_MISSING])
def test_unknown_columns_are_named(raw, name, if_not_exist: int):
  """With the status that ADBC has for a table of another schema."""
  raw.update(Command.update(f"CREATE TABLE {name} (i BIGINT)"))
  rows = pa.table({"i": [1], "more": [2], 'm"st': [3]})
  command = Command.ingest(name, if_not_exist=if_not_exist, if_exists=APPEND)
  status, text = ingest_refusal(raw, command, rows)
  assert status == Status.ALREADY_EXISTS
  assert '"more", "m""st"' in text and '"i"' not in text
  assert content(raw, name) == []


@pytest.mark.parametrize(
  ("schema", "status", "words"),
  [
    (pa.schema([]), Status.INVALID_ARGUMENT, "no columns"),
    (
      pa.schema([("a", pa.int8()), ("A", pa.int8())]), Status.INVALID_ARGUMENT, '"A"'
    ),
    (pa.schema([("a", pa.struct([]))]), Status.UNIMPLEMENTED, '"a"'),
    (pa.schema([("a", pa.decimal256(60, 2))]), Status.UNIMPLEMENTED, "DECIMAL(60,2)"),
    (pa.schema([("a", pa.decimal128(10, -2))]), Status.UNIMPLEMENTED, "DECIMAL(10,-2)"),
    (
      pa.schema([("a", pa.struct([("x", pa.int8()), ("X", pa.int8())]))]), Status.UNIMPLEMENTED,
      '"X"',
    ),
  ],
)
def test_schemas_that_no_table_can_have(raw, name, schema, status, words: str):
  found, text = refusal(raw, *flight_messages(Command.ingest(name), ipc_messages(schema, [])))
  assert found == status and words in text
  assert not exists(raw, name)
