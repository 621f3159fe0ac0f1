"""The server's memory while a long result goes to a client that reads slowly."""

from __future__ import annotations

import time

import pyarrow.flight as flight

from Benchmarks.report import Row
from Benchmarks.setting import Setting
from support.flightsql import open_query, read_table

ROW_COUNT = 100_000_000
BYTES_PER_SECOND = 100e6
LONG_RESULT = f"SELECT i, i * 3 AS j FROM range({ROW_COUNT}) AS numbers(i)"


def measure(setting: Setting) -> list[Row]:
  with setting.lakehouse() as lakehouse, flight.connect(lakehouse.uri) as client:
    read_table(client, "SELECT 42")
    idle = lakehouse.resident_mib()
    lakehouse.reset_peak()
    if (received := read_slowly(client)) != ROW_COUNT:
      raise SystemExit(f"{received} rows of {ROW_COUNT} came")
    peak = lakehouse.peak_resident_mib()
  return [
    Row("resident memory when idle", "MiB", [idle]),
    Row("peak above idle, 100 million rows to a slow client", "MiB", [peak - idle], at_most=300),
  ]


def read_slowly(client: flight.FlightClient) -> int:
  """Reads at a tenth of what the connection could carry."""
  begun = time.monotonic()
  row_count = byte_count = 0
  for chunk in open_query(client, LONG_RESULT):
    row_count += chunk.data.num_rows
    byte_count += chunk.data.nbytes
    time.sleep(max(0, begun + byte_count / BYTES_PER_SECOND - time.monotonic()))
  return row_count
