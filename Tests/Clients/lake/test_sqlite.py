"""A lake whose catalog is in SQLite, which is for one writer at a time: the clients of a server take turns."""

from __future__ import annotations

import concurrent.futures
import fcntl
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, run
from support.parameters import data_messages
from support.server import Server, eventually

CLIENTS = 8
ROUNDS = 4


@pytest.fixture
def flags(tmp_path) -> list[str]:
  return ["--ducklake-data-path", f"{tmp_path}/data/", "--ducklake-catalog", f"sqlite:{tmp_path}/catalog"]


@pytest.fixture
def server(start, flags) -> Server:
  own = start(*flags)
  with RawClient(own.address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER, b INTEGER)")
  return own


def at_once(work) -> None:
  with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
    list(pool.map(work, range(CLIENTS)))


def test_clients_that_insert_read_update_and_delete_at_once_all_succeed(server):
  """Each has rows of its own: what it reads of them is what it has written."""

  def work(number: int) -> None:
    with RawClient(server.address) as raw:
      own = f"SELECT count(*)::INTEGER, sum(b)::INTEGER FROM t WHERE a // 100 = {number}"
      for a in range(100 * number, 100 * number + ROUNDS):
        run(raw, f"INSERT INTO t VALUES ({a}, 0)", f"INSERT INTO t VALUES ({a}, 1)")
        assert raw.rows(own) == [(2, 1)]
        run(raw, f"UPDATE t SET b = b + 1 WHERE a = {a}")
        assert raw.rows(own) == [(2, 3)]
        run(raw, f"DELETE FROM t WHERE a = {a}")
        assert raw.rows(own) == [(0, None)]
      run(raw, f"INSERT INTO t VALUES ({100 * number}, 7)")

  at_once(work)
  with RawClient(server.address) as raw:
    assert raw.rows("SELECT count(*), sum(b) FROM t") == [(CLIENTS, 7 * CLIENTS)]


def test_transactions_that_begin_with_a_write_all_succeed(server):
  def work(number: int) -> None:
    with RawClient(server.address) as raw:
      for a in range(100 * number, 100 * number + ROUNDS):
        run(raw, "BEGIN", f"INSERT INTO t VALUES ({a}, 0)", f"DELETE FROM t WHERE a = {a - 1}")
        assert raw.rows(f"SELECT count(*) FROM t WHERE a = {a}") == [(1,)]
        run(raw, "COMMIT" if a % 2 == 0 else "ROLLBACK")

  at_once(work)
  with RawClient(server.address) as raw:
    kept = sum(a % 2 == 0 for a in range(ROUNDS))
    assert raw.rows("SELECT count(*) FROM t") == [(CLIENTS * kept,)]


def test_drivers_that_prepare_in_transactions_and_ingest_all_succeed(server):
  rows = pa.table({"a": pa.array([1, 2], pa.int32()), "b": pa.array([1, 1], pa.int32())})

  def work(number: int) -> None:
    with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
      for _ in range(ROUNDS):
        cursor.execute("INSERT INTO t VALUES (?, 1)", (number,))
        cursor.adbc_ingest("t", rows, mode="append")
        connection.commit()
        cursor.adbc_ingest("t", rows, mode="append")
        connection.rollback()

  at_once(work)
  with RawClient(server.address) as raw:
    assert raw.rows("SELECT count(*), sum(b) FROM t") == [(3 * CLIENTS * ROUNDS,) * 2]


def test_who_reads_in_a_transaction_keeps_nobody_from_writing(server):
  with RawClient(server.address) as reader, RawClient(server.address) as raw:
    run(raw, "INSERT INTO t VALUES (1, 1)")
    run(reader, "BEGIN")
    assert reader.rows("SELECT count(*) FROM t") == [(1,)]
    run(raw, "INSERT INTO t VALUES (2, 2)", "DELETE FROM t WHERE a = 1")
    assert reader.rows("SELECT sum(a) FROM t") == [(1,)]
    run(reader, "COMMIT")
    assert reader.rows("SELECT sum(a) FROM t") == [(2,)]


def test_a_transaction_that_read_before_others_wrote_is_aborted_and_in_nobodys_way(server):
  with RawClient(server.address) as first, RawClient(server.address) as raw:
    run(first, "BEGIN")
    assert first.rows("SELECT count(*) FROM t") == [(0,)]
    run(raw, "INSERT INTO t VALUES (1, 1)")
    run(first, "INSERT INTO t VALUES (2, 2)")
    with pytest.raises(grpc.RpcError) as caught:
      run(first, "COMMIT")
    assert caught.value.code() == grpc.StatusCode.ABORTED
    run(raw, "INSERT INTO t VALUES (3, 3)")
    run(first, "BEGIN", "INSERT INTO t VALUES (4, 4)", "COMMIT")
    assert raw.rows("SELECT list(a ORDER BY a) FROM t") == [([1, 3, 4],)]


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "close", "expire"])
def test_the_turn_ends_with_its_transaction(start, flags, end):
  idle = ["--transaction-idle-seconds", "0.5"] if end == "expire" else []
  server = start(*flags, *idle)
  with RawClient(server.address) as holder, RawClient(server.address) as other:
    run(holder, "CREATE TABLE t (a INTEGER)", "BEGIN", "INSERT INTO t VALUES (1)")
    waiting = other.begin_update(Command.update("INSERT INTO t VALUES (2)"))
    if end == "close":
      holder.close()
    elif end != "expire":
      run(holder, end)
    list(waiting)
    assert other.rows("SELECT count(*) FROM t") == [(2 if end == "COMMIT" else 1,)]


def test_an_ingestion_that_breaks_off_does_not_wait_for_its_turn(server):
  unreadable = b"\xff\xff\xff\xff"
  with RawClient(server.address) as holder, RawClient(server.address) as other:
    run(holder, "BEGIN", "INSERT INTO t VALUES (1, 1)")
    command = Command.ingest("t", if_exists=2)
    messages = data_messages(command, pa.table({"a": [2], "b": [2]}))
    with pytest.raises(grpc.RpcError) as caught:
      list(other.call("DoPut", iter([*messages, unreadable]), timeout=20))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    run(holder, "COMMIT")
    assert other.rows("FROM t") == [(1, 1)]


def test_two_servers_take_turns_when_they_commit(start, flags, tmp_path):
  servers = [start(*flags) for _ in range(2)]
  with RawClient(servers[0].address) as raw, RawClient(servers[1].address) as other:
    run(raw, "CREATE TABLE t (a INTEGER)")
    with Path(f"{tmp_path}/catalog.commit-lock").open("rb") as lock:
      fcntl.flock(lock, fcntl.LOCK_EX)
      waiting = raw.begin_update(Command.update("INSERT INTO t VALUES (1)"))
      assert not eventually(lambda: other.rows("SELECT count(*) FROM t") == [(1,)], timeout_seconds=0.3)
      fcntl.flock(lock, fcntl.LOCK_UN)
      list(waiting)
    assert other.rows("SELECT count(*) FROM t") == [(1,)]

  def work(number: int) -> int:
    done = 0
    with RawClient(servers[number % 2].address) as client:
      for _ in range(ROUNDS):
        try:
          run(client, f"INSERT INTO t VALUES ({number})")
          done += 1
        except grpc.RpcError as error:
          assert error.code() == grpc.StatusCode.ABORTED, error
    return done

  with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
    done = sum(pool.map(work, range(CLIENTS)))
  assert done > CLIENTS * ROUNDS / 2
  for server in servers:
    with RawClient(server.address) as raw:
      assert raw.rows("SELECT count(*) FROM t") == [(1 + done,)]
