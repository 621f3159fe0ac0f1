"""Keeping a lake in object storage in order, while it is written to and read."""

from __future__ import annotations

import concurrent.futures
import threading

import pyarrow.flight as flight
import pytest

from support import lake
from support.azure import Azure
from support.flightsql import Command, RawClient, open_query
from support.s3 import REGION, S3
from support.server import Server, eventually

WRITE_COUNT = 40
ROWS_A_WRITE = 1_000

OFTEN = [
  "--maintenance-interval-seconds", "0.3", "--maintenance-retention-seconds", "1",
  "--transaction-lifetime-seconds", "1",
]


@pytest.fixture(params=["s3", "azure"])
def stored(request, tmp_path, name):
  """Flags of a lake in an object storage, and what lists its files there."""
  flags = ["--ducklake-catalog", f"{tmp_path}/lake.ducklake"]
  if request.param == "azure":
    with Azure(tmp_path) as azure:
      yield [
        *flags, "--ducklake-data-path", f"az://{azure.container}/kept/",
        "--azure-connection-string-file", str(azure.connection_string_file),
      ], lambda: azure_names(azure)
    return
  with S3() as s3:
    s3.make_bucket(f"kept-{name}")
    (tmp_path / "secret").write_text(s3.key.secret)
    with s3.unchecked():
      yield [
        *flags, "--ducklake-data-path", f"s3://kept-{name}/data/", "--s3-endpoint", s3.endpoint,
        "--s3-region", REGION, "--s3-path-style", "--no-s3-tls", "--s3-key-id", s3.key.identifier,
        "--s3-secret-file", f"{tmp_path}/secret",
      ], lambda: set(s3.names(f"kept-{name}"))


def azure_names(azure: Azure) -> set[str]:
  """What was written and hasn't been deleted."""
  names = set()
  for entry in azure.requests():
    path = entry["uri"].partition("?")[0]
    if not path.endswith(".parquet") or entry["status"] >= 300:
      continue
    if entry["method"] == "PUT":
      names.add(path)
    elif entry["method"] == "DELETE":
      names.discard(path)
  return names


def runs(server: Server, word: str) -> bool:
  return any("maintenance" in line and word in line for line in server.stderr.splitlines())


def test_files_are_merged_and_deleted_under_readers(start, stored):
  flags, names = stored
  server = start(*flags, *OFTEN, "--memory-limit", "1GB")
  lake.update(server, "CREATE TABLE t (a BIGINT, b VARCHAR)")
  lake.update(server, "CREATE TABLE kept AS SELECT range AS a, hash(range) AS b FROM range(600000)")
  for n in range(3):
    lake.update(server, f"INSERT INTO kept VALUES (0, {n})")
  ended = threading.Event()

  def write() -> None:
    for n in range(WRITE_COUNT):
      lake.update(
        server,
        f"INSERT INTO t SELECT i, 'row ' || i FROM range({n * ROWS_A_WRITE}, "
        f"{(n + 1) * ROWS_A_WRITE}) AS r(i)",
      )

  def read() -> int:
    """Each answer is what some number of writes has left."""
    count = 0
    with RawClient(server.address) as raw:
      while not ended.is_set():
        ((rows, total),) = raw.rows("SELECT count(*), coalesce(sum(a), 0)::BIGINT FROM t")
        assert rows % ROWS_A_WRITE == 0 and total == rows * (rows - 1) // 2
        count += 1
    return count

  def stream() -> None:
    """Begins before the files of its table are merged and deleted, and ends after."""
    with flight.connect(server.uri) as client:
      reader = open_query(client, "SELECT * FROM kept")
      rows = reader.read_chunk().data.num_rows
      assert ended.wait(120)
      rows += sum(chunk.data.num_rows for chunk in reader)
      assert rows == 600_003

  with concurrent.futures.ThreadPoolExecutor(4) as pool:
    readers = [pool.submit(read), pool.submit(read)]
    slow = pool.submit(stream)
    try:
      pool.submit(write).result(120)
      assert eventually(lambda: runs(server, "merged") and runs(server, "expired"), 60), server.stderr
    finally:
      ended.set()
    assert all(reader.result(60) > 0 for reader in readers)
    slow.result(120)
  assert eventually(lambda: runs(server, "deleted") and len(names()) == 2, 60), (
    names(), server.stderr,
  )
  assert not runs(server, "failed"), server.stderr
  with RawClient(server.address) as raw:
    rows = WRITE_COUNT * ROWS_A_WRITE
    assert raw.rows("SELECT count(*), count(DISTINCT b), sum(a)::BIGINT FROM t") == [
      (rows, rows, rows * (rows - 1) // 2)
    ]
    assert raw.rows("SELECT count(*) FROM kept") == [(600_003,)]
    assert raw.rows("SELECT count(*) FROM lakehouse.snapshots()") == [(1,)]
  # What is left is all that it needs.
  assert server.stop() == 0
  again = start(*flags)
  with RawClient(again.address) as raw:
    assert raw.rows("SELECT count(*) FROM t") == [(rows,)]
    raw.update(Command.update("INSERT INTO t VALUES (1, 'after')"))
