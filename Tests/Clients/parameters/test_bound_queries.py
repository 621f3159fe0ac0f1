"""Queries with bound values: one row, many rows, again and at the same time; handles."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from support.flightsql import Command, FlightData, RawClient, table
from support.parameters import bind, execute, refused, rows_of, update

StatusCode = grpc.StatusCode


# Executing


def test_binding_answers_with_the_handle(raw, prepared):
  handle = prepared("SELECT ?")
  assert bind(raw, handle, rows_of(1)) == handle


def test_a_statement_runs_again_with_the_same_and_with_other_values(raw, prepared):
  handle = prepared("SELECT ?::INTEGER AS a, ? AS b")
  bind(raw, handle, rows_of(1, "x"))
  for _ in range(3):
    assert execute(raw, handle).to_pylist() == [{"a": 1, "b": "x"}]
  bind(raw, handle, rows_of(None, 2.5))
  assert execute(raw, handle).to_pylist() == [{"a": None, "b": 2.5}]
  bind(raw, handle, rows_of(7, pa.array([None], pa.date32())))
  assert execute(raw, handle).schema.types == [pa.int32(), pa.date32()]


def test_a_query_of_many_rows_returns_all_results_in_order(raw, prepared):
  handle = prepared("SELECT ?::BIGINT AS n, i FROM range(?) AS r(i)")
  numbers = pa.array(range(500))
  bind(raw, handle, rows_of(numbers, pa.array([n % 3 for n in range(500)])))
  expected = [(n, i) for n in range(500) for i in range(n % 3)]
  found = execute(raw, handle)
  assert list(zip(*(c.to_pylist() for c in found.columns))) == expected
  assert found.column(0).num_chunks <= 2, "small results travel together"


def test_rows_of_several_batches_and_large_results(raw, prepared):
  handle = prepared("SELECT ?::BIGINT * 100000 + i AS n FROM range(100000) AS r(i)")
  rows = pa.Table.from_batches([pa.record_batch([pa.array([n])], ["n"]) for n in range(7)])
  bind(raw, handle, rows)
  assert execute(raw, handle)[0].to_pylist() == list(range(700_000))


def test_no_rows_give_an_empty_result_of_the_same_columns(raw, prepared):
  handle = prepared("SELECT ?::DATE AS d, 1 AS one")
  bind(raw, handle, rows_of(pa.array([], pa.date32())))
  found = execute(raw, handle)
  assert found.num_rows == 0
  assert found.schema == pa.schema([("d", pa.date32()), ("one", pa.int32())])


def test_a_statement_without_values_says_so(raw, prepared):
  code, words = StatusCode.INVALID_ARGUMENT, "2 parameters and no values"
  for sql in ("SELECT ?::INTEGER, ?", "SELECT ?::INTEGER, ?::DATE"):
    handle = prepared(sql)
    with refused(code, words):
      raw.flight_info(Command.prepared_query(handle))
    with refused(code, words):
      raw.messages(Command.prepared_query(handle))
    with refused(code, words):
      raw.update(Command.prepared_update(handle))
    with refused(code, words):
      raw.query(sql)
    with refused(code, words):
      raw.update(Command.update(sql))


@pytest.mark.parametrize(
  "sql, values, types",
  [
    ("SELECT ? AS a", [5], [pa.int64()]),
    ("SELECT ? AS a, 1 AS b", ["x"], [pa.string(), pa.int32()]),
    ("SELECT ? + ? AS a", [1.5, 2], [pa.float64()]),
    ("SELECT * FROM range(?)", [3], [pa.int64()]),
    ("SELECT typeof($1) AS a", ["x"], [pa.string()]),
    ("SELECT coalesce(?, 1::INTEGER) AS a", [5_000_000_000], [pa.int64()]),
    ("SELECT coalesce(?, 1::INTEGER) AS a", [5], [pa.int32()]),
    ("SELECT [?, ?] AS a", [1, None], [pa.list_(pa.field("l", pa.int64()))]),
  ],
)
def test_the_schema_is_the_results_once_values_are_bound(raw, prepared, sql, values, types):
  handle = prepared(sql)
  bind(raw, handle, rows_of(*values))
  result = execute(raw, handle)
  assert result.schema.types == types
  told = pa.ipc.read_schema(pa.py_buffer(raw.schema_bytes(Command.prepared_query(handle))))
  assert told == result.schema


@pytest.mark.parametrize(
  "sql, fields",
  [
    ("SELECT ? AS a", [("a", pa.string())]),
    ("SELECT ? IS NULL AS a, 1 AS b", [("a", pa.bool_()), ("b", pa.int32())]),
    ("SELECT $1 AS a, concat($1, '?') AS b, '$1' AS c -- ?", [(n, pa.string()) for n in "abc"]),
    ("SELECT $a AS a, $B::DATE AS b", [("a", pa.string()), ("b", pa.date32())]),
    ("SELECT i FROM range(9) AS r(i) WHERE ? IS NULL OR i = ? LIMIT ?", [("i", pa.int64())]),
    ("EXPLAIN SELECT ?", [("explain_key", pa.string()), ("explain_value", pa.string())]),
    ("SELECT ? + ? AS a", []),
  ],
)
def test_columns_that_depend_on_values_are_guessed_as_if_those_were_sent_as_told(raw, sql, fields):
  """JDBC 19 takes a prepared statement without columns for an update."""
  prepared = raw.prepare(sql)
  assert not prepared.is_update
  told = pa.ipc.read_schema(pa.py_buffer(prepared.dataset_schema_bytes))
  assert told == pa.schema(fields)


def test_a_guess_that_fails_leaves_a_transaction_as_it_is(raw, prepared):
  raw.query("BEGIN")
  handle = prepared("SELECT ? + ? AS a")
  bind(raw, handle, rows_of(1, 2))
  assert execute(raw, handle)[0].to_pylist() == [3]
  raw.query("COMMIT")


def test_a_query_is_an_update_only_if_it_has_no_result(raw):
  for sql, is_update in [("SELECT ?", False), ("DELETE FROM range(?)", None)]:
    if is_update is not None:
      assert raw.prepare(sql).is_update == is_update


def test_a_plan_is_a_result_also_where_types_depend_on_values(raw, prepared):
  assert not raw.prepare("EXPLAIN SELECT ?").is_update
  handle = prepared("EXPLAIN SELECT ?")
  bind(raw, handle, rows_of(1))
  plan = execute(raw, handle)
  assert (plan.column_names, plan.num_rows) == (["explain_key", "explain_value"], 1)


def test_rows_that_give_different_columns_are_refused(raw, prepared):
  handle = prepared("SELECT coalesce(?, 1::INTEGER)")
  bind(raw, handle, rows_of(pa.array([1, 5_000_000_000])))
  with refused(StatusCode.INVALID_ARGUMENT, "other columns than the first row"):
    execute(raw, handle)


def test_executions_of_one_handle_that_overlap_do_not_mix(raw, prepared):
  handle = prepared("SELECT ?::BIGINT AS n FROM range(400000)")
  tickets = []
  for n in range(4):
    bind(raw, handle, rows_of(pa.array([n, n + 10])))
    tickets += raw.flight_info(Command.prepared_query(handle)).tickets
  streams = [raw.stream(ticket) for ticket in tickets]
  starts = [[next(stream), next(stream)] for stream in streams]
  for n in reversed(range(4)):
    contents = [*starts[n], *streams[n]]
    found = table(FlightData.parse(content) for content in contents)
    assert pc.value_counts(found[0]).to_pylist() == [
      {"values": n, "counts": 400_000}, {"values": n + 10, "counts": 400_000},
    ]


def test_a_result_waits_while_others_use_the_sessions_only_connection(raw, prepared, name):
  raw.query(f"CREATE TEMP TABLE {name} AS SELECT i FROM range(300000) AS r(i)")
  handle = prepared(f"SELECT i + ? AS n FROM {name}")
  bind(raw, handle, rows_of(pa.array([0, 300_000])))
  info = raw.flight_info(Command.prepared_query(handle))
  raw.query(f"DELETE FROM {name}")
  found = table(raw.messages(info.tickets[0]))
  assert pc.sum(found[0]).as_py() == sum(range(600_000))


def test_a_write_that_is_announced_runs_once_for_each_row(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?) RETURNING a * 10 AS b")
  bind(raw, handle, rows_of(pa.array([1, 2, 3])))
  info = raw.flight_info(Command.prepared_query(handle))
  assert raw.rows(f"FROM {name}") == [(1,), (2,), (3,)]
  result = table(raw.messages(info.tickets[0]))
  assert result.schema == info.schema
  assert result["b"].to_pylist() == [10, 20, 30]
  raw.flight_info(Command.prepared_query(handle))
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(6,)]


# Handles


@pytest.mark.parametrize("kind", ["unknown", "malformed", "closed", "foreign"])
def test_a_handle_that_is_not_the_sessions_is_not_found(server, raw, kind: str):
  with RawClient(server.address) as other:
    match kind:
      case "unknown": handle = bytes(16)
      case "malformed": handle = b"x"
      case "foreign": handle = other.prepare("SELECT ?").handle
      case "closed":
        handle = raw.prepare("SELECT ?").handle
        bind(raw, handle, rows_of(1))
        raw.close_prepared(handle)
    uses = [
      lambda: raw.flight_info(Command.prepared_query(handle)),
      lambda: raw.schema_bytes(Command.prepared_query(handle)),
      lambda: raw.messages(Command.prepared_query(handle)),
      lambda: raw.update(Command.prepared_update(handle)),
      lambda: bind(raw, handle, rows_of(1)),
      lambda: update(raw, handle, rows_of(1)),
    ]
    for use in uses:
      with refused(StatusCode.NOT_FOUND, "prepared statement is unknown"):
        use()
    if kind != "malformed":
      raw.close_prepared(handle)
    if kind == "foreign":
      assert other.prepare("SELECT ?") and bind(other, handle, rows_of(1)) == handle


def test_a_result_outlives_its_handle(raw):
  statement = raw.prepare("SELECT i + ? AS n FROM range(100000) AS r(i)")
  bind(raw, statement.handle, rows_of(1))
  info = raw.flight_info(Command.prepared_query(statement.handle))
  raw.close_prepared(statement.handle)
  assert pc.sum(table(raw.messages(info.tickets[0]))[0]).as_py() == sum(range(100_001))


def test_results_that_nobody_fetches_end_with_their_session(start):
  one = start()
  with RawClient(one.address) as raw:
    handle = raw.prepare("SELECT i + ? FROM range(10000000) AS r(i)").handle
    bind(raw, handle, rows_of(1))
    for _ in range(40):
      raw.flight_info(Command.prepared_query(handle))
    assert raw.rows("SELECT 42") == [(42,)]
    raw.action("CloseSession")
