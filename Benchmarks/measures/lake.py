"""A lake with its catalog in PostgreSQL: the server against DuckDB with DuckLake in process."""

from __future__ import annotations

import contextlib
import itertools
import statistics
import time
from collections.abc import Callable

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow as pa
import pyarrow.flight as flight

from Benchmarks.dataset import LINEITEM
from Benchmarks.lakes import Lake, postgres
from Benchmarks.measures.ingest import BATCH_ROWS, insert, put
from Benchmarks.measures.ingest import timed as rate
from Benchmarks.measures.tpch import all_queries, thread_count
from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating
from support.flightsql import Command, read_table

IN_PROCESS = "DuckDB and DuckLake in process"
# Of each run a median of so many.
STATEMENTS = 20
POINT_ROWS = 1_000_000
TABLE_COUNT = 1_000


def measure(setting: Setting) -> list[Row]:
  with postgres() as (cluster, folder):

    def lake(name: str, in_postgres: bool = True) -> Lake:
      return Lake(name, folder / name, cluster if in_postgres else None)

    return [
      *small_statements(setting, lake("small_remote"), lake("small_local")),
      tpch(setting, lake("tpch")),
      ingestion(setting, lake("ingest_remote"), lake("ingest_local")),
      start(setting, lake("many"), "PostgreSQL"),
      start(setting, lake("many_file", in_postgres=False), "a DuckDB file"),
    ]


def small_statements(setting: Setting, remote: Lake, local: Lake) -> list[Row]:
  """Each side has a lake of its own, so that both grow by the same number of files."""
  numbers = itertools.count()
  create = (
    "CREATE TABLE one (a BIGINT, b VARCHAR)",
    f"CREATE TABLE points AS SELECT i AS id, hash(i) AS h FROM range({POINT_ROWS}) AS r(i)",
  )
  with (
    remote.serve(setting) as server,
    flight.connect(server.uri) as client,
    local.attach() as connection,
  ):
    for sql in create:
      execute(client, sql)
      connection.execute(sql)

    def insertion() -> str:
      return f"INSERT INTO one VALUES ({next(numbers)}, 'one row')"

    def point() -> str:
      return f"SELECT h FROM points WHERE id = {next(numbers) * 7919 % POINT_ROWS}"

    inserts = alternating(setting.runs, {
      "ours": milliseconds(lambda: execute(client, insertion())),
      "reference": milliseconds(lambda: connection.execute(insertion())),
    })
    points = alternating(setting.runs, {
      "ours": milliseconds(lambda: one_row(read_table(client, point()))),
      "reference": milliseconds(lambda: one_row(connection.execute(point()).to_arrow_table())),
    })
  return [
    Row("lake: INSERT of a row", "ms", inserts["ours"], inserts["reference"], IN_PROCESS,
        at_most=1.3),
    Row("lake: row by its key", "ms", points["ours"], points["reference"], IN_PROCESS,
        at_most=1.3),
  ]


def execute(client: flight.FlightClient, sql: str) -> None:
  """DoPut of an update."""
  asked = flight.FlightDescriptor.for_command(Command.update(sql))
  writer, reader = client.do_put(asked, pa.schema([]))
  with writer:
    writer.done_writing()
    if reader.read() is None:
      raise SystemExit(f"no answer to {sql}")


def one_row(table: pa.Table) -> None:
  if table.num_rows != 1:
    raise SystemExit(f"{table.num_rows} rows have one key")


def milliseconds(run: Callable[[], None]) -> Callable[[], float]:
  def median() -> float:
    times = []
    for _ in range(STATEMENTS):
      begun = time.perf_counter()
      run()
      times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000

  return median


def tpch(setting: Setting, lake: Lake) -> Row:
  """Both read the same lake."""
  lake.load_tpch(setting.dataset)
  with (
    lake.serve(setting) as server,
    adbc.connect(server.uri, autocommit=True) as remote,
    remote.cursor() as cursor,
  ):
    threads = thread_count(cursor)
    with lake.attach(threads) as local:
      ours, reference = all_queries(setting, cursor, local)
  return Row(
    "lake: TPC-H Q1–Q22 through ADBC", "s", ours, reference,
    f"{IN_PROCESS}, {threads} threads", at_most=1.1,
  )


def ingestion(setting: Setting, remote: Lake, local: Lake) -> Row:
  with setting.dataset.connect() as source:
    table = source.execute(LINEITEM).to_arrow_reader(BATCH_ROWS).read_all()
  with (
    contextlib.ExitStack() as stack,
    remote.serve(setting) as server,
    local.attach() as connection,
  ):
    client = stack.enter_context(flight.connect(server.uri))
    rates = alternating(setting.runs, {
      "ours": rate(lambda: put(client, table), table),
      "reference": rate(lambda: insert_at_once(connection, table), table),
    })
  return Row(
    "lake: lineitem from C++ into a table", "million rows/s", rates["ours"], rates["reference"],
    f"{IN_PROCESS}, the same batches", at_least=0.7,
  )


def insert_at_once(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> int:
  """Table and rows in one transaction, as an ingestion is."""
  connection.execute("BEGIN")
  row_count = insert(connection, table)
  connection.execute("COMMIT")
  return row_count


def start(setting: Setting, lake: Lake, catalog: str) -> Row:
  """From starting the process to the line that says it serves."""
  with lake.attach() as connection:
    connection.execute("BEGIN")
    for number in range(TABLE_COUNT):
      connection.execute(f"CREATE TABLE t{number} (a BIGINT, b VARCHAR, c DOUBLE, d TIMESTAMP)")
    connection.execute("COMMIT")

  def served() -> float:
    with lake.serve(setting) as server:
      return (server.ready_at - server.started_at) * 1000

  figures = alternating(setting.runs, {"ours": served})
  name = f"lake: start to ready, {TABLE_COUNT:,} tables, catalog in {catalog}"
  return Row(name, "ms", figures["ours"], at_most=1_000)
