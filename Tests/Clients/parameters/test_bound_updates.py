"""Updates with bound values, and tables that change between two executions."""

from __future__ import annotations

import grpc
import pyarrow as pa

from support.flightsql import Command, RawClient
from support.parameters import bind, data_messages, execute, refused, rows_of, update
from support.protobuf import message

StatusCode = grpc.StatusCode


# Updates


def test_the_counts_of_all_rows_are_summed(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT i FROM range(100) AS r(i)")
  handle = prepared(f"DELETE FROM {name} WHERE i % ? = ?")
  assert update(raw, handle, rows_of(pa.array([2, 3]), pa.array([0, 0]))) == 50 + 17
  assert update(raw, handle, rows_of(pa.array([], pa.int64()), pa.array([], pa.int64()))) == 0
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(33,)]


def test_rows_change_all_or_nothing(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  with refused(StatusCode.ALREADY_EXISTS, r"(?i)duplicate key[\s\S]*row 3 of 4"):
    update(raw, handle, rows_of(pa.array([1, 2, 1, 3])))
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]
  assert update(raw, handle, rows_of(pa.array([1, 2, 3]))) == 3


def test_rows_become_part_of_an_open_transaction(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  raw.query("BEGIN")
  assert update(raw, handle, rows_of(pa.array([1, 2]))) == 2
  raw.query("ROLLBACK")
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_rows_beyond_the_memory_limit_wait_in_a_file(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a BIGINT, s VARCHAR)")
  handle = prepared(f"INSERT INTO {name} VALUES (?, ?)")
  texts = [f"{n}" * 250_000 for n in range(10)] * 6
  batches = [
    pa.record_batch([pa.array([n, -n]), pa.array([s, None]).dictionary_encode()], ["a", "s"])
    for n, s in enumerate(texts)
  ]
  assert update(raw, handle, pa.Table.from_batches(batches)) == 120
  assert raw.rows(f"SELECT count(*), sum(len(s))::BIGINT, count(DISTINCT s) FROM {name}") == [
    (120, 60 * 250_000, 10)
  ]
  wrong = raw.rows(f"SELECT count(*) FROM {name} WHERE s <> repeat((a % 10)::VARCHAR, 250000)")
  assert wrong == [(0,)]


def test_an_update_without_values_uses_those_that_are_bound(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  bind(raw, handle, rows_of(pa.array([1, 2])))
  assert raw.update(Command.prepared_update(handle)) == 2
  assert update(raw, handle, pa.table({})) == 2
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(4,)]


def test_an_update_without_parameters_is_answered_before_the_client_has_finished(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (5)")
  (first, *_) = data_messages(Command.prepared_update(handle), pa.table({}))

  answered = []

  def contents():
    yield first
    while not answered:
      yield message((3, b"still here"))

  for answer in raw.call("DoPut", contents()):
    answered.append(answer)
  assert raw.rows(f"FROM {name}") == [(5,)]


def test_a_setting_by_parameter_holds_in_the_session(raw, prepared):
  handle = prepared("SET VARIABLE chosen = ?")
  update(raw, handle, rows_of("here"))
  busy = raw.stream(raw.flight_info(Command.query("FROM range(5000000)")).tickets[0])
  next(busy)
  assert raw.rows("SELECT getvariable('chosen')") == [("here",)]
  busy.cancel()


# Tables that change


def test_a_changed_table_is_noticed(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  plain, bound = prepared(f"FROM {name}"), prepared(f"FROM {name} WHERE a = ?")
  bind(raw, bound, rows_of(1))
  raw.query(f"ALTER TABLE {name} ADD COLUMN b VARCHAR DEFAULT 'x'")
  for handle in (plain, bound):
    assert execute(raw, handle).to_pylist() == [{"a": 1, "b": "x"}]
  raw.query(f"DROP TABLE {name}")
  for handle in (plain, bound):
    with refused(StatusCode.NOT_FOUND, name):
      raw.flight_info(Command.prepared_query(handle))
  raw.query(f"CREATE TABLE {name} AS SELECT DATE '2020-01-01' AS d, 1.5::DOUBLE AS a")
  assert execute(raw, plain).schema.types == [pa.date32(), pa.float64()]
  bind(raw, bound, rows_of(1.5))
  assert execute(raw, bound).schema.types == [pa.date32(), pa.float64()]


def test_a_table_that_another_session_changed_is_noticed(server, raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  handle = prepared(f"FROM {name}")
  with RawClient(server.address) as other:
    other.query("BEGIN")
    other.query(f"ALTER TABLE {name} RENAME a TO b")
    assert execute(raw, handle).to_pylist() == [{"a": 1}]
    other.query("COMMIT")
  assert execute(raw, handle).to_pylist() == [{"b": 1}]


def test_a_setting_that_changes_the_schema_is_noticed(raw, prepared):
  handle = prepared("SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS t")
  raw.query("SET TimeZone = 'Asia/Tokyo'")
  assert execute(raw, handle).schema.field("t").type == pa.timestamp("us", "Asia/Tokyo")
