"""No space left on the disk, or no memory: a clear error, and the server and its data go on."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pytest

from Soak.small_disk import SmallDisk
from Soak.storage import Storage
from support.flightsql import Command, RawClient
from support.ingestion import APPEND, FAIL_IF_MISSING, ingest
from support.server import Server

MIB = 1 << 20
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
SORT = "SELECT h FROM (SELECT hash(i) AS h, i FROM range({}) AS r(i)) ORDER BY h, i"
ROW_COUNT = 50_000

needs_small_disk = pytest.mark.skipif(
  bool(SmallDisk.unavailable()), reason=SmallDisk.unavailable() or ""
)


@pytest.fixture
def disk(tmp_path):
  with SmallDisk(tmp_path / "disk", 48 * MIB) as mounted:
    yield mounted


def refused(call, *arguments) -> str:
  with pytest.raises(grpc.RpcError) as caught:
    call(*arguments)
  assert caught.value.code() == EXHAUSTED, caught.value.details()
  return caught.value.details()


def read(raw: RawClient, sql: str) -> int:
  """Reads a result without keeping it; how many bytes came."""
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  return sum(len(content) for content in raw.stream(ticket))


def many_rows() -> pa.Table:
  count = 400_000
  texts = [f"row {i * 7919}" for i in range(count)]
  batch = pa.table({"i": pa.array(range(count), pa.int64()), "s": texts})
  return pa.Table.from_batches(batch.to_batches(max_chunksize=20_000) * 4)


class Filled:
  """A table of some rows, on a disk that is about to be full."""

  def __init__(self, raw: RawClient, storage: Storage):
    self.raw = raw
    self.storage = storage
    self.table = storage.table("t")
    self.count = ROW_COUNT
    self.update(f"CREATE TABLE {self.table} (i BIGINT, s VARCHAR)")
    self.update(
      f"INSERT INTO {self.table} SELECT i, md5(i::VARCHAR) FROM range({ROW_COUNT}) AS r(i)"
    )

  def update(self, sql: str) -> int:
    return self.raw.update(Command.update(sql))

  def insert_one(self) -> None:
    assert self.update(f"INSERT INTO {self.table} VALUES (-1, 'one')") == 1
    self.count += 1

  def insert_many(self) -> None:
    self.update(f"INSERT INTO {self.table} SELECT i, md5(i::VARCHAR) || md5((-i)::VARCHAR) "
                "FROM range(2000000) AS r(i)")

  def ingest_many(self) -> None:
    command = Command.ingest(
      "t", if_not_exist=FAIL_IF_MISSING, if_exists=APPEND, schema="main",
      catalog=self.storage.catalog,
    )
    ingest(self.raw, command, many_rows())

  def assert_intact(self) -> None:
    sql = (
      f"SELECT count(*), count(*) FILTER (s = md5(i::VARCHAR)), count(DISTINCT i) FROM {self.table}"
    )
    ones = self.count - ROW_COUNT
    assert self.raw.rows(sql) == [(self.count, ROW_COUNT, ROW_COUNT + (1 if ones else 0))]


@needs_small_disk
@pytest.mark.parametrize("kind", ["file", "lake"])
def test_a_full_disk_refuses_writes_and_keeps_what_is_there(kind: str, disk, start):
  seen = Storage(kind, disk.folder)
  (disk.outside / "data").mkdir()
  own = start(*seen.arguments(), binary=disk.binary())
  with RawClient(own.address) as raw:
    filled = Filled(raw, seen)
    for remaining in (0, 3 * MIB):
      disk.fill(remaining)
      assert "No space left" in refused(filled.insert_many)
      filled.assert_intact()
      assert "No space left" in refused(filled.ingest_many)
      filled.assert_intact()
      disk.relieve()
      filled.insert_one()
      raw.rows(seen.checkpoint)
      filled.assert_intact()
    disk.fill()
    assert "No space left" in refused(filled.update, f"INSERT INTO {filled.table} VALUES (-1, '')")
    filled.assert_intact()
  disk.relieve()
  assert own.stop() == 0
  with RawClient(start(*seen.arguments(), binary=disk.binary()).address) as raw:
    filled.raw = raw
    filled.assert_intact()


@needs_small_disk
def test_a_full_temporary_folder_refuses_what_must_spill(disk, start, tmp_path):
  own = start(
    "--database", str(tmp_path / "kept.duckdb"),
    "--init-sql", "SET GLOBAL memory_limit = '100MB'",
    binary=disk.binary(), environment={"TMPDIR": str(disk.folder)},
  )
  with RawClient(own.address) as raw:
    refused(read, raw, SORT.format(12_000_000))
    assert disk.free_byte_count == disk.byte_count, "what was spilled is gone"
    raw.update(Command.update("CREATE TABLE t AS SELECT 7 AS a"))
    disk.fill()
    refused(read, raw, SORT.format(6_000_000))
    raw.update(Command.update("INSERT INTO t VALUES (8)"))
    assert raw.rows("SELECT sum(a)::BIGINT FROM t") == [(15,)]
    disk.relieve()
    assert read(raw, SORT.format(3_000_000)) > 3_000_000 * 8


@needs_small_disk
def test_a_result_that_cannot_be_set_aside_ends_alone(disk, start):
  """In a transaction a result that is being read makes room for the next one."""
  own = start(binary=disk.binary(), environment={"TMPDIR": str(disk.folder)})
  disk.fill()
  with RawClient(own.address) as raw:
    raw.rows("BEGIN")
    sql = "SELECT i, hash(i) AS h FROM range(10000000) AS r(i)"
    stream = raw.stream(raw.flight_info(Command.query(sql)).tickets[0])
    next(stream)
    assert raw.rows("SELECT 42") == [(42,)]
    assert "set aside" in refused(list, stream)
    raw.rows("COMMIT")
    assert raw.rows("SELECT 43") == [(43,)]


EXHAUSTING = {
  "sort": SORT.format(20_000_000),
  "list": "SELECT list(i) FROM range(100000000) AS r(i)",
  "text": "SELECT string_agg(md5(i::VARCHAR)) FROM range(20000000) AS r(i)",
  "groups": "SELECT hash(i) AS h, count(*) FROM range(30000000) AS r(i) GROUP BY h",
}
MEMORY_LIMIT_MIB = 200
# What the server takes beyond DuckDB's limit, which doesn't cover all that DuckDB allocates.
OTHER_MEMORY_MIB = 600


@pytest.fixture(scope="module")
def poor(start_module, tmp_path_factory) -> Server:
  path = tmp_path_factory.mktemp("poor") / "kept.duckdb"
  own = start_module(
    "--database", str(path), "--init-sql",
    f"SET GLOBAL memory_limit = '{MEMORY_LIMIT_MIB}MiB'; "
    "SET GLOBAL max_temp_directory_size = '40MiB'; CREATE TABLE t AS SELECT 42 AS a",
  )
  return own


@pytest.mark.parametrize("kind", EXHAUSTING)
def test_a_query_that_needs_too_much_memory_is_refused(poor, kind: str):
  with RawClient(poor.address) as raw:
    assert "Out of Memory" in refused(read, raw, EXHAUSTING[kind])
    assert raw.rows("SELECT a FROM t") == [(42,)]
  assert poor.peak_resident_mib() < MEMORY_LIMIT_MIB + OTHER_MEMORY_MIB


def test_ingestion_of_more_than_fits_in_memory(poor):
  table = pa.table({"s": [f"{i:0500d}" for i in range(20_000)]})
  table = pa.Table.from_batches(table.to_batches(max_chunksize=2000) * 25)
  with RawClient(poor.address) as raw:
    assert ingest(raw, Command.ingest("kept"), table) == table.num_rows
    assert raw.rows("SELECT count(*), count(DISTINCT s) FROM kept") == [(500_000, 20_000)]
    assert raw.rows("SELECT a FROM t") == [(42,)]
  assert poor.peak_resident_mib() < MEMORY_LIMIT_MIB + OTHER_MEMORY_MIB


def test_a_server_whose_database_cannot_go_on_ends(start, tmp_path):
  """Out of memory while it rolls back, DuckDB refuses all statements: a new process serves again."""
  database = ["--database", str(tmp_path / "kept.duckdb")]
  own = Server(*database, "--memory-limit", "200MB", "--max-spill-bytes", "50MB")
  try:
    with RawClient(own.address) as raw:
      raw.update(
        Command.update("CREATE TABLE t AS SELECT i, md5(i::VARCHAR) AS s FROM range(5000000) AS r(i)")
      )
      with pytest.raises(grpc.RpcError):
        raw.update(Command.update("UPDATE t SET s = s || 'x'"))
      with pytest.raises(grpc.RpcError):
        raw.rows("SELECT 42")
    assert own.wait(60) == 1
    assert "fatal error" in own.stderr
  finally:
    own.kill()
  with RawClient(start(*database).address) as raw:
    assert raw.rows("SELECT count(*), max(length(s)) FROM t") == [(5_000_000, 32)]
