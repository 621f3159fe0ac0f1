"""CommandStatementIngest: all rows or nothing."""

from __future__ import annotations

import queue
import threading

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.ingestion import (
  APPEND, FAIL, REPLACE, ROWS, content, exists, flight_messages, ingest, ingest_refusal,
  ipc_messages,
)
from support.server import eventually

Status = grpc.StatusCode


def replaces(raw: RawClient, name: str) -> bool:
  """Whether rows take the table's place: they can't while an ingestion that broke off is being undone."""
  try:
    return ingest(raw, Command.ingest(name, if_exists=REPLACE), ROWS) == len(ROWS)
  except grpc.RpcError as error:
    assert error.code() == Status.ABORTED
    return False


def test_a_constraint_violation_leaves_nothing(raw, name):
  raw.update(Command.update(f"CREATE TABLE {name} (i BIGINT PRIMARY KEY, s VARCHAR)"))
  rows = pa.table({"i": [*range(100_000), 5], "s": ["x"] * 100_001})
  status, text = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), rows)
  assert status in (Status.ALREADY_EXISTS, Status.INVALID_ARGUMENT) and "onstraint" in text
  assert content(raw, name) == []
  assert ingest(raw, Command.ingest(name, if_exists=APPEND), rows.slice(0, 10)) == 10


def test_a_value_that_does_not_fit_leaves_the_old_table(raw, name):
  raw.update(Command.update(f"CREATE TABLE {name} (i TINYINT)"))
  rows = pa.table({"i": [1, 2, 300]})
  status, _ = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), rows)
  assert status == Status.INVALID_ARGUMENT
  assert content(raw, name) == []


@pytest.mark.parametrize("if_exists", [FAIL, REPLACE])
@pytest.mark.parametrize("batches", [1, 12])
def test_a_client_that_cancels_leaves_nothing(raw, server, name, if_exists: int, batches: int):
  """Before and after the rows are enough for DuckDB to have begun."""
  if if_exists == REPLACE:
    raw.update(Command.update(f"CREATE TABLE {name} AS SELECT 7 AS old"))
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  with RawClient(server.address) as leaving:
    feed: queue.Queue = queue.Queue()
    asked = Command.ingest(name, if_exists=if_exists)
    for one in flight_messages(asked, [schema] + [part] * batches):
      feed.put(one)
    call = leaving.call("DoPut", iter(feed.get, None))
    assert eventually(feed.empty)
    call.cancel()
    feed.put(None)
  if if_exists == REPLACE:
    assert raw.rows(f"FROM {name}") == [(7,)]
  # Its place in the line is free again, and the table's name.
  assert eventually(lambda: replaces(raw, name))
  assert len(content(raw, name)) == 3


def test_a_connection_that_breaks_leaves_nothing(raw, server, name):
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  broken = RawClient(server.address)
  feed: queue.Queue = queue.Queue()
  for one in flight_messages(Command.ingest(name), [schema] + [part] * 12):
    feed.put(one)
  call = broken.call("DoPut", iter(feed.get, None))
  assert eventually(feed.empty) and call.is_active()
  broken.close()
  feed.put(None)
  assert eventually(lambda: replaces(raw, name))
  assert len(content(raw, name)) == 3


def test_the_server_ends_while_clients_upload(start):
  """No upload keeps it from ending; the fixture checks that it ends well."""
  server = start("--shutdown-grace-seconds", "1")
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  feeds = [queue.Queue() for _ in range(3)]
  clients = [RawClient(server.address) for _ in feeds]
  calls = []
  for number, (feed, one) in enumerate(zip(feeds, clients)):
    asked = Command.ingest(f"t{number}")
    for content_ in flight_messages(asked, [schema] + [part] * (1 if number == 0 else 8)):
      feed.put(content_)
    calls.append(one.call("DoPut", iter(feed.get, None)))
  assert eventually(lambda: all(feed.empty() for feed in feeds))
  assert server.stop() == 0
  for feed, one in zip(feeds, clients):
    feed.put(None)
    one.close()


def test_an_ingestion_joins_the_sessions_transaction(server, raw, name):
  with adbc.connect(server.uri, autocommit=True) as connection:

    def run(sql: str) -> None:
      # A statement of ADBC's takes no SQL once it has ingested.
      with connection.cursor() as cursor:
        cursor.executescript(sql)

    for end, kept in [("ROLLBACK", False), ("COMMIT", True)]:
      run("BEGIN")
      with connection.cursor() as cursor:
        assert cursor.adbc_ingest(name, ROWS) == 3
        assert cursor.adbc_ingest(name, ROWS, mode="append") == 3
      assert not exists(raw, name)
      run(end)
      assert exists(raw, name) == kept
    assert raw.rows(f"SELECT count(*) FROM {name}") == [(6,)]


def test_ingestions_at_once(server, name):
  """Into one table and into tables of their own."""
  rows = pa.table({"i": range(50_000)})

  def upload(number: int) -> None:
    with RawClient(server.address) as one:
      ingest(one, Command.ingest(f"{name}_all", if_exists=APPEND), rows)
      ingest(one, Command.ingest(f"{name}_{number}"), rows)

  with RawClient(server.address) as one:
    ingest(one, Command.ingest(f"{name}_all"), rows.slice(0, 0))
    threads = [threading.Thread(target=upload, args=[number]) for number in range(8)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    assert one.rows(f"SELECT count(*), sum(i) FROM {name}_all") == [
      (400_000, 8 * sum(range(50_000)))
    ]
    for number in range(8):
      assert one.rows(f"SELECT count(*) FROM {name}_{number}") == [(50_000,)]


def test_an_ingestion_is_one_snapshot_of_a_lake(start, tmp_path):
  server = start()
  with RawClient(server.address) as raw:
    raw.update(
      Command.update(
        f"LOAD ducklake; ATTACH 'ducklake:{tmp_path}/meta.db' AS lake (DATA_PATH '{tmp_path}/data')"
      )
    )
    rows = pa.table({"i": range(300_000), "s": [str(i) for i in range(300_000)]})
    before = raw.rows("SELECT max(snapshot_id) FROM lake.snapshots()")[0][0]
    assert ingest(raw, Command.ingest("t", catalog="lake"), rows.slice(0, 100_000)) == 100_000
    assert ingest(raw, Command.ingest("t", catalog="lake", if_exists=APPEND), rows) == 300_000
    assert ingest(raw, Command.ingest("t", catalog="lake", if_exists=REPLACE), rows) == 300_000
    after = raw.rows("SELECT max(snapshot_id) FROM lake.snapshots()")[0][0]
    assert after - before == 3
    assert raw.rows("SELECT count(*), sum(i), count(DISTINCT s) FROM lake.t") == [
      (300_000, sum(range(300_000)), 300_000)
    ]
