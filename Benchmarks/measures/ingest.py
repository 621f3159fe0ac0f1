"""All of lineitem, from a client's memory into a new table of a database in memory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow as pa
import pyarrow.flight as flight

from Benchmarks.dataset import LINEITEM
from Benchmarks.peer import Peer
from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating
from support import protobuf
from support.flightsql import Command, read_table

BATCH_ROWS = 65_536
REPLACE = Command.ingest("t", if_exists=3)


def measure(setting: Setting) -> list[Row]:
  with setting.dataset.connect() as connection:
    table = connection.execute(LINEITEM).to_arrow_reader(BATCH_ROWS).read_all()
  with (
    contextlib.ExitStack() as stack,
    setting.lakehouse() as lakehouse,
    Peer("collecting") as collecting,
    duckdb.connect() as in_process,
  ):
    ours = stack.enter_context(flight.connect(lakehouse.uri))
    theirs = stack.enter_context(flight.connect(collecting.uri))
    through_adbc = stack.enter_context(adbc.connect(lakehouse.uri, autocommit=True))
    rates = alternating(
      setting.runs,
      {
        "C++": timed(lambda: put(ours, table), table),
        "ADBC": timed(lambda: adbc_ingest(through_adbc, table), table),
        "in process": timed(lambda: insert(in_process, table), table),
        "collecting": timed(lambda: put(theirs, table), table),
      },
    )
    check(ours, table)

  def row(client: str, peer: str, label: str, at_least: float) -> Row:
    measure = f"lineitem from {client} into a table"
    return Row(measure, "million rows/s", rates[client], rates[peer], label, at_least)

  in_process_label = "DuckDB in process, the same batches"
  collecting_label = "pyarrow server that collects, then inserts"
  return [
    row("C++", "in process", in_process_label, 0.7),
    row("C++", "collecting", collecting_label, 3),
    row("ADBC", "in process", in_process_label, 0.7),
    row("ADBC", "collecting", collecting_label, 3),
  ]


def timed(ingest: Callable[[], int], table: pa.Table) -> Callable[[], float]:
  """Million rows a second."""

  def run() -> float:
    begun = time.perf_counter()
    row_count = ingest()
    elapsed = time.perf_counter() - begun
    if row_count != table.num_rows:
      raise SystemExit(f"{row_count} rows were inserted instead of {table.num_rows}")
    return row_count / elapsed / 1e6

  return run


def put(client: flight.FlightClient, table: pa.Table) -> int:
  asked = flight.FlightDescriptor.for_command(REPLACE)
  writer, reader = client.do_put(asked, table.schema)
  with writer:
    for batch in table.to_batches():
      writer.write_batch(batch)
    writer.done_writing()
    return protobuf.first(reader.read().to_pybytes(), 1)


def adbc_ingest(connection: adbc.Connection, table: pa.Table) -> int:
  with connection.cursor() as cursor:
    return cursor.adbc_ingest("t", table.to_reader(), mode="replace")


def insert(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> int:
  connection.register("head", table.slice(0, 0))
  connection.execute("CREATE OR REPLACE TABLE t AS FROM head")
  reader = table.to_reader()  # noqa: F841 (DuckDB finds it by its name)
  return connection.execute("INSERT INTO t SELECT * FROM reader").fetchone()[0]


def check(client: flight.FlightClient, table: pa.Table) -> None:
  """Proves the last table equal to what was sent."""
  found = read_table(client, "SELECT * FROM t")
  if not found.equals(table):
    raise SystemExit("the table is not what was sent")
