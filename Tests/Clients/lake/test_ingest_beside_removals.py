"""Ingestions into a table from which others remove rows while theirs come: they need not be sent again."""

from __future__ import annotations

import concurrent.futures
import functools
import threading
from collections.abc import Callable, Iterator

import grpc
import pyarrow as pa
import pytest

from support import protobuf
from support.flightsql import Command, RawClient, run
from support.ingestion import APPEND, FAIL_IF_MISSING, flight_messages, ipc_messages
from support.server import Server, eventually

BATCH_COUNT, BATCH_ROWS = 8, 50_000
ROW_COUNT = BATCH_COUNT * BATCH_ROWS
APPENDED = Command.ingest("t", if_not_exist=FAIL_IF_MISSING, if_exists=APPEND)


@pytest.fixture(params=["file", "postgres", "encrypted"])
def servers(request, start, tmp_path) -> list[Server]:
  """One server, or two whose catalog is in PostgreSQL."""
  if request.param == "postgres":
    cluster, database = (request.getfixturevalue(name) for name in ("cluster", "database"))
    (tmp_path / "password").write_text(cluster.password)
    flags = [*cluster.flags(database, tmp_path / "data"), "--pg-password-file", f"{tmp_path}/password"]
    return [start(*flags), start(*flags)]
  encryption = ["--ducklake-encrypted"] if request.param == "encrypted" else []
  return [start("--ducklake-data-path", f"{tmp_path}/data/", *encryption)]


@pytest.fixture
def raw(servers) -> Iterator[RawClient]:
  with RawClient(servers[0].address) as client:
    run(
      client, "CREATE TABLE t (n BIGINT, s VARCHAR, l STRUCT(a BIGINT[], j JSON), d INTEGER DEFAULT 42)",
      "INSERT INTO t (n) SELECT -range FROM range(1, 101)",
    )
    yield client


@functools.cache
def rows() -> pa.Table:
  numbers = range(ROW_COUNT)
  nested = [{"a": [n, None] if n % 3 else None, "j": f'{{"n": {n}}}'} for n in range(BATCH_ROWS)]
  return pa.table({
    "n": pa.array(numbers, pa.int64()),
    "s": pa.array([None if n % 7 == 0 else f"the text of row {n}" for n in numbers]),
    "l": pa.chunked_array([pa.array(nested)] * BATCH_COUNT),
  })


def ingest(raw: RawClient, tmp_path, meanwhile: Callable[[], None], command: bytes = APPENDED) -> int:
  """Sends all rows, does something else before the last of them, and says how many were added."""
  table = rows()
  before = set(tmp_path.rglob("*.parquet"))

  def messages() -> Iterator[bytes]:
    *first, last = flight_messages(command, ipc_messages(table.schema, table.to_batches()))
    yield from first
    assert eventually(lambda: set(tmp_path.rglob("*.parquet")) - before)
    meanwhile()
    yield last

  (answer,) = raw.call("DoPut", messages())
  return protobuf.first(protobuf.first(answer, 1), 1, 0)


def snapshot(raw: RawClient) -> int:
  return raw.rows("SELECT id FROM lakehouse.current_snapshot()")[0][0]


def check(raw: RawClient) -> None:
  """All rows are there once, and whole."""
  whole = (
    f"s IS NOT DISTINCT FROM if(n % 7 = 0, NULL, 'the text of row ' || n) AND d = 42 "
    f"AND (l.j->>'n')::BIGINT = n % {BATCH_ROWS} AND len(l.a) IS NOT DISTINCT FROM "
    f"if(n % {BATCH_ROWS} % 3 = 0, NULL, 2)"
  )
  assert raw.rows(f"SELECT count(*), count(DISTINCT n), bool_and({whole}) FROM t WHERE n >= 0") == [
    (ROW_COUNT, ROW_COUNT, True)
  ]


@pytest.mark.parametrize(
  "sql", ["DELETE FROM t WHERE n = -1", "UPDATE t SET d = 7 WHERE n = -1", "TRUNCATE t"]
)
@pytest.mark.parametrize("other", [0, -1])
def test_rows_are_removed_meanwhile(servers, raw, tmp_path, sql, other):
  before = snapshot(raw)
  with RawClient(servers[other].address) as remover:
    assert ingest(raw, tmp_path, lambda: run(remover, sql)) == ROW_COUNT
  assert snapshot(raw) == before + 2
  check(raw)
  kept = {"DELETE": (99, 42), "UPDATE": (100, 7), "TRUNCA": (0, None)}[sql[:6]]
  assert raw.rows("SELECT count(*), min(d) FROM t WHERE n < 0") == [kept]


def test_rows_are_removed_all_the_time(servers, raw, tmp_path):
  stop = threading.Event()

  def remove() -> int:
    with RawClient(servers[0].address) as remover:
      count = 0
      while not stop.is_set():
        run(remover, "UPDATE t SET d = d + 1 WHERE n = -1")
        count += 1
      return count

  with concurrent.futures.ThreadPoolExecutor(1) as pool:
    removing = pool.submit(remove)
    try:
      assert ingest(raw, tmp_path, lambda: None) == ROW_COUNT
    finally:
      stop.set()
    updated = removing.result()
    assert updated > 0 and raw.rows("SELECT d FROM t WHERE n = -1") == [(42 + updated,)]
  check(raw)


@pytest.mark.parametrize(
  "statements",
  [["DROP TABLE t"], ["ALTER TABLE t RENAME COLUMN s TO r"], ["ALTER TABLE t DROP COLUMN l"]],
)
def test_the_table_is_another_meanwhile(servers, raw, tmp_path, statements):
  with RawClient(servers[0].address) as other, pytest.raises(grpc.RpcError) as caught:
    ingest(raw, tmp_path, lambda: run(other, *statements))
  assert caught.value.code() == grpc.StatusCode.ABORTED
  if "DROP TABLE t" not in statements:
    assert raw.rows("SELECT count(*) FROM t") == [(100,)]


def test_in_a_transaction_that_does_more_nothing_is_repeated(servers, raw, tmp_path):
  transaction = raw.begin()
  raw.update(Command.update("INSERT INTO t (n) VALUES (-500)", transaction))
  command = Command.ingest("t", if_not_exist=FAIL_IF_MISSING, if_exists=APPEND, transaction=transaction)
  with RawClient(servers[0].address) as other:
    assert ingest(raw, tmp_path, lambda: run(other, "DELETE FROM t WHERE n = -1"), command) == ROW_COUNT
  with pytest.raises(grpc.RpcError) as caught:
    raw.commit(transaction)
  assert caught.value.code() == grpc.StatusCode.ABORTED
  assert raw.rows("SELECT count(*) FROM t") == [(99,)]


def test_a_column_that_is_called_as_the_rows_numbers_are(servers, raw, tmp_path):
  """Which rows are a transaction's own is told by their numbers."""
  run(raw, "CREATE OR REPLACE TABLE t (n BIGINT, s VARCHAR, l STRUCT(a BIGINT[], j JSON), rowid BIGINT)")
  run(raw, "INSERT INTO t (n) VALUES (-1), (-2)")
  with RawClient(servers[0].address) as other, pytest.raises(grpc.RpcError) as caught:
    ingest(raw, tmp_path, lambda: run(other, "DELETE FROM t WHERE n = -1"))
  assert caught.value.code() == grpc.StatusCode.ABORTED
  assert raw.rows("SELECT n FROM t") == [(-2,)]
