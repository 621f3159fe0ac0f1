"""TPC-H's 22 queries through ADBC against DuckDB in process."""

from __future__ import annotations

import time
from collections.abc import Callable

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow as pa

from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating


def measure(setting: Setting) -> list[Row]:
  database = str(setting.dataset.path)
  with (
    setting.lakehouse("--database", database, "--read-only") as lakehouse,
    adbc.connect(lakehouse.uri, autocommit=True) as remote,
    remote.cursor() as cursor,
    setting.dataset.connect() as local,
  ):
    threads = thread_count(cursor)
    local.execute(f"SET threads = {threads}")
    ours, reference = all_queries(setting, cursor, local)
  return [
    Row(
      "TPC-H Q1–Q22 through ADBC", "s", ours, reference,
      f"DuckDB in process, {threads} threads", at_most=1.1,
    )
  ]


def thread_count(cursor: adbc.Cursor) -> int:
  """How many threads the server's DuckDB has."""
  cursor.execute("SELECT current_setting('threads')")
  (threads,) = cursor.fetchone()
  return int(threads)


def all_queries(
  setting: Setting, cursor: adbc.Cursor, local: duckdb.DuckDBPyConnection
) -> tuple[list[float], list[float]]:
  """The time for all queries, run by run: through ADBC, and in process on the same tables."""

  def through_adbc(sql: str) -> pa.Table:
    cursor.execute(sql)
    return cursor.fetch_arrow_table()

  def in_process(sql: str) -> pa.Table:
    return local.execute(sql).to_arrow_table()

  queries = setting.dataset.queries()
  for position, sql in enumerate(queries, 1):
    if through_adbc(sql).num_rows != in_process(sql).num_rows:
      raise SystemExit(f"Lakehouse and DuckDB differ on TPC-H's query {position}")
  figures = [
    alternating(
      setting.runs,
      {"ours": timed(through_adbc, sql), "reference": timed(in_process, sql)},
      warm_ups=0,
    )
    for sql in queries
  ]
  return totals(figures, "ours"), totals(figures, "reference")


def timed(run: Callable[[str], pa.Table], sql: str) -> Callable[[], float]:
  def seconds() -> float:
    begun = time.perf_counter()
    run(sql)
    return time.perf_counter() - begun

  return seconds


def totals(figures: list[dict[str, list[float]]], subject: str) -> list[float]:
  """All queries' time, run by run."""
  return [sum(times) for times in zip(*(query[subject] for query in figures))]
