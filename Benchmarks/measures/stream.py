"""All of lineitem, from the server's database to a client that drops it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow as pa
import pyarrow.flight as flight

from Benchmarks.dataset import LINEITEM, write_batches
from Benchmarks.peer import Peer
from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating
from support.flightsql import open_query

BATCH_ROWS = 65_536


def measure(setting: Setting) -> list[Row]:
  database = str(setting.dataset.path)
  same = setting.dataset.folder / "lineitem-same-batches.arrow"
  large = setting.dataset.folder / "lineitem-large-batches.arrow"
  with (
    contextlib.ExitStack() as stack,
    setting.lakehouse("--database", database, "--read-only") as lakehouse,
    setting.dataset.connect() as connection,
  ):
    stack.callback(same.unlink, missing_ok=True)
    stack.callback(large.unlink, missing_ok=True)
    byte_count = keep_batches(lakehouse.uri, connection, same, large)
    uris = {
      "Lakehouse": lakehouse.uri,
      "same batches": stack.enter_context(Peer("ceiling", "--lineitem", str(same))).uri,
      "large batches": stack.enter_context(Peer("ceiling", "--lineitem", str(large))).uri,
      "DuckDB": stack.enter_context(Peer("duckdb_server", database)).uri,
    }
    clients: dict[str, Callable[[str], Callable[[], int]]] = {
      "C++": lambda uri: cpp_client(stack.enter_context(flight.connect(uri))),
      "ADBC": lambda uri: adbc_client(stack.enter_context(adbc.connect(uri, autocommit=True))),
    }
    rates = {}
    for name, client in clients.items():
      subjects = {peer: timed(client(uri), byte_count) for peer, uri in uris.items()}
      if name == "C++":
        subjects["in process"] = timed(lambda: in_process(connection), byte_count)
      rates[name] = alternating(setting.runs, subjects)
  return rows(rates)


def rows(rates: dict[str, dict[str, list[float]]]) -> list[Row]:
  def row(client: str, peer: str, label: str, at_least: float | None = None) -> Row:
    measure = f"lineitem to {client}"
    found = rates[client]
    return Row(measure, "GB/s", found["Lakehouse"], found[peer], label, at_least)

  return [
    row("C++", "same batches", "Arrow C++ server sending the same batches from memory", 0.8),
    row("C++", "large batches", f"… batches of {BATCH_ROWS:,} rows"),
    row("C++", "DuckDB", "pyarrow server over DuckDB", 1.5),
    row("C++", "in process", "DuckDB to Arrow in process, nothing sent"),
    row("ADBC", "same batches", "Arrow C++ server sending the same batches from memory", 0.9),
    row("ADBC", "large batches", f"… batches of {BATCH_ROWS:,} rows"),
    row("ADBC", "DuckDB", "pyarrow server over DuckDB"),
  ]


def keep_batches(
  uri: str, connection: duckdb.DuckDBPyConnection, same: Path, large: Path
) -> int:
  """Writes what the peers send, as Lakehouse cuts it and in large batches; proves them equal."""
  with flight.connect(uri) as client:
    ours = open_query(client, LINEITEM).read_all()
  expected = connection.execute(LINEITEM).to_arrow_reader(BATCH_ROWS).read_all()
  if not ours.equals(expected):
    raise SystemExit("Lakehouse's lineitem is not DuckDB's")
  write_batches(same, ours.schema, ours.to_batches())
  write_batches(large, expected.schema, expected.to_batches())
  return expected.nbytes


def timed(drain: Callable[[], int], byte_count: int) -> Callable[[], float]:
  """Gigabytes of Arrow data a second."""

  def run() -> float:
    begun = time.perf_counter()
    row_count = drain()
    elapsed = time.perf_counter() - begun
    if not row_count:
      raise SystemExit("no rows came")
    return byte_count / elapsed / 1e9

  return run


def cpp_client(client: flight.FlightClient) -> Callable[[], int]:
  return lambda: sum(chunk.data.num_rows for chunk in open_query(client, LINEITEM))


def adbc_client(connection: adbc.Connection) -> Callable[[], int]:
  def drain() -> int:
    with connection.cursor() as cursor:
      cursor.execute(LINEITEM)
      return row_count(cursor.fetch_record_batch())

  return drain


def in_process(connection: duckdb.DuckDBPyConnection) -> int:
  return row_count(connection.execute(LINEITEM).to_arrow_reader(BATCH_ROWS))


def row_count(reader: pa.RecordBatchReader) -> int:
  return sum(batch.num_rows for batch in reader)
