"""Of a PIVOT whose columns depend on the data DuckDB makes several statements: they are one transaction."""

from __future__ import annotations

import grpc
import pytest

from support.flightsql import Command, RawClient, run, table
from support.server import Server

# Each transaction has a moment of its own, which is the only column.
PIVOT = "PIVOT (SELECT now()::VARCHAR AS k) ON k USING count(*)"


@pytest.fixture(params=["database", "lake", "lake in SQLite"])
def own(start, tmp_path, request) -> Server:
  lake = ["--ducklake-data-path", f"{tmp_path}/data/"]
  return start(*{
    "database": [], "lake": lake,
    "lake in SQLite": [*lake, "--ducklake-catalog", f"sqlite:{tmp_path}/catalog"],
  }[request.param])


@pytest.fixture
def raw(own):
  with RawClient(own.address) as opened:
    run(opened, "CREATE TABLE t AS SELECT unnest([1, 2]) AS k", "CREATE TABLE u (n BIGINT)")
    yield opened


@pytest.mark.parametrize("before", ["", "SELECT 1; "])
def test_columns_and_values_are_of_one_moment(raw, before):
  assert raw.rows(before + PIVOT) == [(1,)]
  assert raw.rows(f"WITH p AS ({PIVOT}) FROM p") == [(1,)]
  run(raw, f"{before}CREATE TABLE v AS {PIVOT}")
  assert raw.rows("FROM v") == [(1,)]


def test_what_it_inserts_and_removes_is_counted_and_committed(raw, own):
  assert raw.update(Command.update(f"INSERT INTO u SELECT n FROM ({PIVOT}) AS p(n)")) == 1
  with RawClient(own.address) as other:
    assert other.rows("FROM u") == [(1,)]
    assert raw.update(Command.update(f"DELETE FROM u WHERE EXISTS ({PIVOT})")) == 1
    assert other.rows("FROM u") == []


def test_what_fails_leaves_nothing(raw):
  with pytest.raises(grpc.RpcError, match="boom"):
    run(raw, f"INSERT INTO u SELECT CASE WHEN n = 1 THEN error('boom') END FROM ({PIVOT}) AS p(n)")
  assert raw.rows("FROM u") == []
  assert raw.rows(PIVOT) == [(1,)]


def test_one_that_is_fetched_late_is_made_anew(raw, own):
  def announce() -> bytes:
    (ticket,) = raw.flight_info(Command.query("PIVOT t ON k USING count(*)")).tickets
    # Ends the transaction in which it waits.
    run(raw, "SELECT 1")
    return ticket

  assert table(raw.messages(announce())).to_pylist() == [{"1": 1, "2": 1}]
  with RawClient(own.address) as other:
    ticket = announce()
    run(other, "INSERT INTO t VALUES (2)")
    assert table(raw.messages(ticket)).to_pylist() == [{"1": 1, "2": 2}]
    ticket = announce()
    run(other, "INSERT INTO t VALUES (3)")
    with pytest.raises(grpc.RpcError) as caught:
      raw.messages(ticket)
  assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION, caught.value.details()
