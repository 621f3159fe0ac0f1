"""What a lake must do wherever its data is: steps that tests of each storage take."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa

from support.flightsql import Command, RawClient
from support.server import Server

ROW_COUNT = 200_000
"""Too many rows for one page of anything, and files large enough to be read in parts."""


def fill(server: Server) -> int:
  """Creates, ingests, updates and deletes; returns the snapshot before the update."""
  rows = pa.table({
    "a": pa.array(range(ROW_COUNT)), "b": pa.array([f"row {i}" for i in range(ROW_COUNT)]),
  })
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE t (a BIGINT, b VARCHAR)")
    cursor.execute("INSERT INTO t VALUES (-1, 'minus one'), (-2, NULL)")
    assert cursor.adbc_ingest("t", rows, mode="append") == ROW_COUNT
    cursor.execute("SELECT max(snapshot_id) FROM lakehouse.snapshots()")
    ((snapshot,),) = cursor.fetchall()
    cursor.execute("UPDATE t SET b = 'changed' WHERE a % 1000 = 0")
    cursor.execute("DELETE FROM t WHERE a % 2 = 1")
  return snapshot


def check(server: Server, snapshot: int | None = None) -> None:
  """What `fill` left is there, and with its snapshot what was there before."""
  with RawClient(server.address) as raw:
    summary = "SELECT count(*), sum(a), count(b), count(*) FILTER (b = 'changed') FROM t"
    half = ROW_COUNT // 2
    # -1 % 2 is -1, so both of the first two rows stay.
    kept = (half + 2, half * (half - 1) - 3, half + 1, ROW_COUNT // 1000)
    assert raw.rows(summary) == [kept]
    if snapshot is not None:
      all_rows = (ROW_COUNT + 2, ROW_COUNT * (ROW_COUNT - 1) // 2 - 3, ROW_COUNT + 1, 0)
      before = summary.replace("FROM t", f"FROM t AT (VERSION => {snapshot})")
      assert raw.rows(before) == [all_rows]


def update(server: Server, sql: str) -> int:
  with RawClient(server.address) as raw:
    return raw.update(Command.update(sql))
