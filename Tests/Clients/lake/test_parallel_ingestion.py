"""Ingestions into a lake that several of DuckDB's threads insert: what they must not change."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import grpc
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from support.flightsql import Command, RawClient
from support.ingestion import (
  APPEND, REPLACE, exists, flight_messages, ingest, ingest_refusal, ipc_messages, refusal,
)
from support.server import Server, eventually

# DuckLake's row groups, of which each thread writes whole ones.
GROUP = 122_880
ROW_COUNT = 6 * GROUP + 70_000
SHUFFLED = "SELECT count(*) FROM {} WHERE rowid <> i"


def numbers(count: int = ROW_COUNT, batch_rows: int = 50_000) -> pa.Table:
  """Rows that know their place, with text of their own that isn't quick to write."""
  i = pa.array(range(count), pa.int64())
  text = pc.binary_join_element_wise(pc.cast(i, pa.string()), "and more text than twelve", " ")
  table = pa.table({"i": i, "p": pc.cast(pc.less(i, count // 3), pa.int32()), "s": text})
  return pa.Table.from_batches(table.to_batches(max_chunksize=batch_rows))


@pytest.fixture
def lake(start, tmp_path) -> Server:
  return start("--ducklake-data-path", f"{tmp_path}/lake/", "--threads", "2")


@pytest.fixture
def raw(lake):
  with RawClient(lake.address) as client:
    yield client


def files(tmp_path: Path) -> int:
  return len(list(tmp_path.rglob("*.parquet")))


@pytest.mark.parametrize("batch_rows", [8_191, 65_536, GROUP, ROW_COUNT])
def test_rows_keep_their_order(raw, tmp_path, batch_rows: int):
  assert ingest(raw, Command.ingest("t"), numbers(batch_rows=batch_rows)) == ROW_COUNT
  assert raw.rows(SHUFFLED.format("t")) == [(0,)]
  assert raw.rows("SELECT count(*) FROM t WHERE s <> i || ' and more text than twelve'") == [(0,)]
  assert files(tmp_path) == 1


@pytest.mark.parametrize("count", [GROUP - 1, GROUP, GROUP + 1, 2 * GROUP, 3 * GROUP + 50_000])
def test_any_number_of_rows(raw, count: int):
  assert ingest(raw, Command.ingest("t"), numbers(count)) == count
  assert raw.rows("SELECT count(*), count(DISTINCT i) FROM t") == [(count, count)]
  assert raw.rows(SHUFFLED.format("t")) == [(0,)]


def test_a_catalog_in_postgresql(start, cluster, database, tmp_path):
  (tmp_path / "password").write_text(cluster.password)
  server = start(
    *cluster.flags(database, tmp_path / "lake"), "--pg-password-file", f"{tmp_path}/password"
  )
  with RawClient(server.address) as raw:
    assert ingest(raw, Command.ingest("t"), numbers()) == ROW_COUNT
    assert raw.rows(SHUFFLED.format("t")) == [(0,)]
    assert ingest(raw, Command.ingest("t", if_exists=APPEND), numbers()) == ROW_COUNT
    assert raw.rows("SELECT count(*) FROM t WHERE i <> rowid % 807280") == [(0,)]
    assert files(tmp_path) == 2


def test_a_partitioned_table(raw, tmp_path):
  """DuckLake itself doesn't keep the order in a partition."""
  raw.update(Command.update("CREATE TABLE t (i BIGINT, p INTEGER, s VARCHAR)"))
  raw.update(Command.update("ALTER TABLE t SET PARTITIONED BY (p)"))
  assert ingest(raw, Command.ingest("t", if_exists=APPEND), numbers()) == ROW_COUNT
  assert raw.rows("SELECT count(DISTINCT i) FROM t") == [(ROW_COUNT,)]
  assert files(tmp_path) <= 4


@pytest.mark.parametrize("change", [
  "CALL lakehouse.set_option('parquet_row_group_size', 20000, table_name => 't')",
  "CALL lakehouse.set_option('data_inlining_row_limit', 100000, table_name => 't')",
])
def test_tables_that_are_written_otherwise(raw, change: str):
  raw.update(Command.update("CREATE TABLE t (i BIGINT, p INTEGER, s VARCHAR)"))
  raw.update(Command.update(change))
  assert ingest(raw, Command.ingest("t", if_exists=APPEND), numbers()) == ROW_COUNT
  assert raw.rows(SHUFFLED.format("t")) == [(0,)]


def test_a_broken_batch_in_the_middle(raw, tmp_path):
  table = numbers()
  parts = ipc_messages(table.schema, table.to_batches())
  header, body = parts[9]
  parts[9] = (header, body[:-100])
  status, text = refusal(raw, *flight_messages(Command.ingest("t"), parts))
  assert status == grpc.StatusCode.INVALID_ARGUMENT and "bytes" in text
  assert not exists(raw, "t")
  assert ingest(raw, Command.ingest("t"), table) == ROW_COUNT


@pytest.mark.parametrize("place", [0, GROUP - 1, 2 * GROUP, 5 * GROUP + 7])
def test_a_value_that_the_table_does_not_take(raw, place: int):
  """DuckDB fails while it casts, on one thread, and the other waits for it."""
  raw.update(Command.update("CREATE TABLE t (i INTEGER)"))
  values = pa.array([1 << 40 if i == place else i for i in range(ROW_COUNT)], pa.int64())
  table = pa.table({"i": values})
  status, text = ingest_refusal(raw, Command.ingest("t", if_exists=APPEND), table)
  assert status == grpc.StatusCode.INVALID_ARGUMENT and str(1 << 40) in text
  assert raw.rows("SELECT count(*) FROM t") == [(0,)]
  assert ingest(raw, Command.ingest("t", if_exists=REPLACE), numbers()) == ROW_COUNT


class Upload:
  """An ingestion whose client stops in the middle."""

  def __init__(self, server: Server, table: pa.Table):
    self.feed: queue.Queue = queue.Queue()
    parts = ipc_messages(table.schema, table.to_batches())
    for content in flight_messages(Command.ingest("t"), parts):
      self.feed.put(content)
    self.client = RawClient(server.address)
    self.call = self.client.call("DoPut", iter(self.feed.get, None))

  def __enter__(self) -> Upload:
    assert eventually(self.feed.empty)
    return self

  def __exit__(self, *_):
    self.feed.put(None)
    self.client.close()


def test_a_client_that_goes_away(lake, raw):
  with Upload(lake, numbers(3 * GROUP + 5)) as upload:
    upload.call.cancel()
  # Its transaction is over: another can make the table.
  assert ingest(raw, Command.ingest("t", if_exists=REPLACE), numbers()) == ROW_COUNT
  assert raw.rows(SHUFFLED.format("t")) == [(0,)]


def cpu_times(server: Server) -> dict[str, int]:
  times = {}
  for thread in Path(f"/proc/{server.pid}/task").iterdir():
    fields = (thread / "stat").read_text().rpartition(")")[2].split()
    times[thread.name] = int(fields[11]) + int(fields[12])
  return times


def test_a_slow_client_leaves_the_threads_to_others(lake, raw):
  """The second of DuckDB's two threads waits for no client, but computes others' queries."""

  raw.update(Command.update("CREATE TABLE n AS SELECT i FROM range(2_000_000) AS r(i)"))

  def computing() -> int:
    before = cpu_times(lake)
    raw.rows("SELECT count(*) FROM n, range(50) AS r(j) WHERE hash(i + j) % 7 = 3")
    spent = [time - before.get(thread, 0) for thread, time in cpu_times(lake).items()]
    return sum(time > max(spent) / 4 for time in spent)

  with Upload(lake, numbers(GROUP + 50_000)) as upload:
    assert eventually(lambda: computing() == 2)
    upload.feed.put(None)
    assert len(list(upload.call)) == 1
  assert raw.rows("SELECT count(*) FROM t") == [(GROUP + 50_000,)]


def test_many_at_once(lake):
  """More than there are threads: none waits for another for ever."""
  table = numbers(3 * GROUP + 11)
  counts = {}

  def put(number: int):
    with RawClient(lake.address) as client:
      counts[number] = ingest(client, Command.ingest(f"t{number}"), table)
      assert client.rows(SHUFFLED.format(f"t{number}")) == [(0,)]

  threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert counts == {number: table.num_rows for number in range(6)}
