"""Ingestions into a lake, whose files several of DuckDB's threads write."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
import pyarrow as pa
import pytest

from support import protobuf
from support.flightsql import Command, RawClient
from support.ingestion import exists, flight_messages, ingest, ipc_messages, refusal

ORDERED_BYTES = 4 << 20
BATCH_ROWS = 50_000


@pytest.fixture(scope="module")
def lake(start_module, tmp_path_factory):
  return start_module("--ducklake-data-path", f"{tmp_path_factory.mktemp('lake')}/data/")


@pytest.fixture
def raw(lake) -> Iterator[RawClient]:
  with RawClient(lake.address) as client:
    yield client


def numbered(row_count: int, batch_rows: int = BATCH_ROWS) -> pa.Table:
  numbers = pa.array(range(row_count), pa.int64())
  texts = pa.array([None if n % 7 == 0 else f"the text of row {n}" for n in range(row_count)])
  table = pa.table({"n": numbers, "s": texts})
  return pa.Table.from_batches(table.to_batches(max_chunksize=batch_rows))


def check(raw: RawClient, name: str, row_count: int) -> None:
  """Each row is there, once."""
  sql = f"""
    SELECT count(*), count(DISTINCT n), min(n), max(n), count(*) FILTER (
      s IS DISTINCT FROM CASE WHEN n % 7 = 0 THEN NULL ELSE 'the text of row ' || n END
    ) FROM {name}"""
  assert raw.rows(sql) == [(row_count, row_count, 0, row_count - 1, 0)]


@pytest.mark.parametrize("batch_rows", [100, 2048, BATCH_ROWS])
def test_what_has_come_when_it_begins_keeps_its_order(raw, name, batch_rows: int):
  table = numbered(90_000, batch_rows)
  assert ORDERED_BYTES / 2 < table.nbytes < ORDERED_BYTES
  assert ingest(raw, Command.ingest(name), table) == 90_000
  assert raw.query(f"FROM {name}").equals(table)


def test_more_arrives_once_whatever_its_order(raw, name):
  table = numbered(2_000_000)
  assert table.nbytes > 10 * ORDERED_BYTES
  assert ingest(raw, Command.ingest(name), table) == 2_000_000
  check(raw, name, 2_000_000)
  assert raw.rows(f"SELECT count(*) FROM lakehouse.snapshots() WHERE changes::VARCHAR LIKE '%{name}%'") == [(1,)]


def test_a_client_that_pauses(raw, lake, name):
  """Longer than threads wait, when they have begun and once more."""
  table = numbered(600_000)
  parts = ipc_messages(table.schema, table.to_batches())

  def messages() -> Iterator[bytes]:
    for index, content in enumerate(flight_messages(Command.ingest(name), parts)):
      if index in (8, 11):
        time.sleep(2.5)
        with RawClient(lake.address) as other:
          assert other.rows("SELECT count(*) FROM range(1000000)") == [(1_000_000,)]
      yield content

  (answer,) = raw.call("DoPut", messages())
  assert protobuf.first(protobuf.first(answer, 1), 1) == 600_000
  check(raw, name, 600_000)


@pytest.mark.parametrize("keeps_order", [True, False])
def test_a_table_of_a_database_keeps_it_as_duckdb_is_told_to(start, name, keeps_order: bool):
  own = start("--init-sql", f"SET GLOBAL preserve_insertion_order = {keeps_order}")
  table = numbered(1_000_000)
  with RawClient(own.address) as raw:
    assert ingest(raw, Command.ingest(name), table) == 1_000_000
    check(raw, name, 1_000_000)
    if keeps_order:
      assert raw.query(f"FROM {name}").equals(table)


def test_a_dictionary_that_is_cut_off_is_what_the_client_is_told_of(raw, name):
  """Not of the batches after it, which other threads read."""
  words = pa.array(["one", "two", "three"] * 700_000).dictionary_encode()
  table = pa.Table.from_batches(pa.table({"d": words}).to_batches(max_chunksize=BATCH_ROWS))
  assert table.nbytes > ORDERED_BYTES
  schema, (header, body), *batches = ipc_messages(table.schema, table.to_batches())
  for _ in range(5):
    status, text = refusal(
      raw, *flight_messages(Command.ingest(name), [schema, (header, body[:-8]), *batches])
    )
    assert status == grpc.StatusCode.INVALID_ARGUMENT and "announced" in text
    assert not exists(raw, name)
