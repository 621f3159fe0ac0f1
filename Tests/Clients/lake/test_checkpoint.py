"""CHECKPOINT of a lake while others write: it comes to its end, and nothing is lost by it."""

from __future__ import annotations

import concurrent.futures
import threading
import time

import grpc
import pytest

from support.flightsql import Command, RawClient, run
from support.server import Server

TABLES = ("added", "counted", "shrinking", "moved")
CHECKPOINT_COUNT = 6
# Far more than it takes on a busy machine, far less than a client's patience.
SECONDS = 20


@pytest.fixture(params=["file", "postgres", "sqlite"])
def flags(request, tmp_path) -> list[str]:
  if request.param == "postgres":
    cluster, database = (request.getfixturevalue(name) for name in ("cluster", "database"))
    (tmp_path / "password").write_text(cluster.password)
    return [*cluster.flags(database, tmp_path / "data"), "--pg-password-file", f"{tmp_path}/password"]
  catalog = ["--ducklake-catalog", f"sqlite:{tmp_path}/lake.sqlite"] if request.param == "sqlite" else []
  return ["--ducklake-data-path", f"{tmp_path}/data/", *catalog]


@pytest.fixture
def server(start, flags) -> Server:
  server = start(*flags)
  with RawClient(server.address) as raw:
    for table in TABLES:
      run(raw, f"CREATE TABLE {table} (a INTEGER)", *[f"INSERT INTO {table} VALUES ({a})" for a in (0, 1)])
  return server


def repeat(server: Server, stop: threading.Event, *statements: str) -> int:
  """Runs the statements, one transaction each, over and over; all must succeed."""
  with RawClient(server.address) as raw:
    count = 0
    while not stop.is_set():
      for sql in statements:
        raw.update(Command.update(sql))
      count += 1
    return count


def repeat_transaction(server: Server, stop: threading.Event, *statements: str) -> int:
  """Runs them in a transaction of the client's, over and over; others may be first."""
  with RawClient(server.address) as raw:
    count = 0
    while not stop.is_set():
      try:
        run(raw, "BEGIN", *statements, "COMMIT")
        count += 1
      except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.ABORTED, error.details()
    return count


def file_count(raw: RawClient, table: str) -> int:
  sql = f"SELECT file_count FROM lakehouse.table_info() WHERE table_name = '{table}'"
  return raw.rows(sql)[0][0]


def test_it_ends_beside_writers(server):
  stop = threading.Event()
  with RawClient(server.address) as raw, concurrent.futures.ThreadPoolExecutor(4) as pool:
    writers = [
      pool.submit(repeat, server, stop, "INSERT INTO added VALUES (2)"),
      pool.submit(repeat, server, stop, "UPDATE counted SET a = a + 1 WHERE a > 0"),
      pool.submit(
        repeat, server, stop, "INSERT INTO shrinking VALUES (7)", "DELETE FROM shrinking WHERE a = 7"
      ),
    ]
    try:
      for _ in range(CHECKPOINT_COUNT):
        began = time.monotonic()
        run(raw, "CHECKPOINT")
        assert time.monotonic() - began < SECONDS
    finally:
      stop.set()
    added, counted, shrunk = (writer.result() for writer in writers)
    assert min(added, counted, shrunk) > 0
    assert raw.rows("SELECT count(*) FROM added") == [(2 + added,)]
    assert raw.rows("SELECT sum(a)::BIGINT FROM counted") == [(1 + counted,)]
    assert raw.rows("SELECT a FROM shrinking ORDER BY a") == [(0,), (1,)]
    run(raw, "CHECKPOINT")
    assert file_count(raw, "added") == file_count(raw, "moved") == 1
    assert raw.rows("SELECT count(*) FROM added") == [(2 + added,)]


def test_a_table_that_others_keep_changing_is_left_out_by_name_and_no_other(start, tmp_path):
  """Transactions of clients wait for nobody, so a CHECKPOINT may come too late over and over."""
  server = start("--ducklake-data-path", f"{tmp_path}/data/")
  stop = threading.Event()
  with RawClient(server.address) as raw, concurrent.futures.ThreadPoolExecutor(3) as pool:
    for table in TABLES:
      run(raw, f"CREATE TABLE {table} (a INTEGER)", *[f"INSERT INTO {table} VALUES ({a})" for a in (0, 1)])
    moves = [
      pool.submit(
        repeat_transaction, server, stop, "UPDATE moved SET a = a + 1 WHERE a > 0", "INSERT INTO moved VALUES (0)"
      )
      for _ in range(3)
    ]
    try:
      for _ in range(CHECKPOINT_COUNT):
        try:
          run(raw, "CHECKPOINT")
        except grpc.RpcError as error:
          assert error.code() == grpc.StatusCode.ABORTED
          assert error.details().startswith('CHECKPOINT did not come to its end for table "moved",')
    finally:
      stop.set()
    done = sum(move.result() for move in moves)
    assert raw.rows("SELECT sum(a)::BIGINT, count(*) FROM moved") == [(1 + done, 2 + done)]
    assert [file_count(raw, table) for table in TABLES[:3]] == [1, 1, 1]


def test_several_at_once_need_no_worker_while_they_wait(start, tmp_path):
  """Who has a table's turn may need the worker on which a CHECKPOINT waits for that turn."""
  server = start("--ducklake-data-path", f"{tmp_path}/data/", "--workers", "1")
  stop = threading.Event()
  with RawClient(server.address) as raw, concurrent.futures.ThreadPoolExecutor(8) as pool:
    run(raw, "CREATE TABLE t AS SELECT 0 AS a", "INSERT INTO t VALUES (0)")
    updates = [pool.submit(repeat, server, stop, "UPDATE t SET a = a + 1 WHERE rowid = 0") for _ in range(3)]

    def checkpoint() -> None:
      with RawClient(server.address) as own:
        run(own, *["CHECKPOINT"] * CHECKPOINT_COUNT)

    try:
      for ended in [pool.submit(checkpoint) for _ in range(3)]:
        ended.result(timeout=60)
    finally:
      stop.set()
    done = sum(update.result() for update in updates)
    assert raw.rows("SELECT sum(a)::BIGINT FROM t") == [(done,)]


def test_behind_a_removal_in_the_same_text(server):
  """Which has the turn of the table that the CHECKPOINT gets to."""
  with RawClient(server.address) as raw:
    run(raw, "DELETE FROM added WHERE a = 0; CHECKPOINT; DELETE FROM moved WHERE a = 1; CHECKPOINT")
    assert raw.rows("SELECT * FROM added") == [(1,)]
    assert raw.rows("SELECT * FROM moved") == [(0,)]


def test_views_tables_in_other_schemas_and_options_of_one_table(server):
  with RawClient(server.address) as raw:
    run(raw, "CREATE SCHEMA s", "CREATE TABLE s.added (a INTEGER)", "CREATE VIEW v AS FROM added")
    run(raw, *[f"INSERT INTO s.added VALUES ({a})" for a in range(3)])
    run(raw, "CALL lakehouse.set_option('auto_compact', false, table_name => 'counted')")
    run(raw, "CHECKPOINT")
    files = dict(raw.rows(
      "SELECT table_name || schema_id, file_count FROM lakehouse.table_info() ORDER BY ALL"
    ))
    assert sorted(files.values()) == [1, 1, 1, 1, 2]
    assert file_count(raw, "counted") == 2
    assert raw.rows("SELECT * FROM s.added ORDER BY a") == [(0,), (1,), (2,)]
