"""Clients that add rows to one table at the same time: none is turned away, no row is lost.

Nor is one that removes rows meanwhile; and DuckLake keeps nothing of those that were first in vain.
"""

from __future__ import annotations

import concurrent.futures

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, run
from support.server import Server, eventually

CLIENT_COUNT = 16
ROUND_COUNT = 8


@pytest.fixture(params=["duckdb", "postgres"])
def servers(request, start, tmp_path) -> list[Server]:
  """One server, or two whose catalog is in PostgreSQL."""
  if request.param == "postgres":
    cluster, database = request.getfixturevalue("cluster"), request.getfixturevalue("database")
    (tmp_path / "password").write_text(cluster.password)
    flags = [*cluster.flags(database, tmp_path / "lake"), "--pg-password-file", f"{tmp_path}/password"]
    return [start(*flags), start(*flags)]
  return [start("--ducklake-data-path", f"{tmp_path}/lake/")]


def insert(server: Server, client: int) -> int:
  with RawClient(server.address) as raw:
    return sum(
      raw.update(Command.update(f"INSERT INTO t VALUES ({client}, {n})"))
      for n in range(ROUND_COUNT)
    )


def ingest(server: Server, client: int) -> int:
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    rows = [
      pa.table({"client": pa.array([client], pa.int32()), "n": pa.array([n], pa.int32())})
      for n in range(ROUND_COUNT)
    ]
    return sum(cursor.adbc_ingest("t", row, mode="append") for row in rows)


@pytest.mark.parametrize("add", [insert, ingest])
def test_all_succeed(servers, add):
  with RawClient(servers[0].address) as raw:
    raw.update(Command.update("CREATE TABLE t (client INTEGER, n INTEGER)"))
    with concurrent.futures.ThreadPoolExecutor(CLIENT_COUNT) as pool:
      added = [
        pool.submit(add, servers[client % len(servers)], client) for client in range(CLIENT_COUNT)
      ]
      assert [one.result() for one in added] == [ROUND_COUNT] * CLIENT_COUNT
    summary = "SELECT count(*), count(DISTINCT (client, n)), sum(n)::BIGINT FROM t"
    count = CLIENT_COUNT * ROUND_COUNT
    assert raw.rows(summary) == [
      (count, count, CLIENT_COUNT * ROUND_COUNT * (ROUND_COUNT - 1) // 2)
    ]


def connection_count(raw: RawClient) -> int:
  """DuckDB's: each commit of DuckLake's that fails leaves one behind."""
  return raw.rows("SELECT count FROM duckdb_connection_count()")[0][0]


def test_updates_beside_them(servers):
  """All on one server: one of several doesn't know in time what another has committed."""
  server, update_count, adder_count = servers[0], 12, 4
  with RawClient(server.address) as raw:
    run(raw, "CREATE TABLE t (client INTEGER, n INTEGER)", "INSERT INTO t VALUES (-1, 0)")
    before = connection_count(raw)
    with concurrent.futures.ThreadPoolExecutor(adder_count) as pool:
      added = [pool.submit(insert, server, client) for client in range(adder_count)]
      for _ in range(update_count):
        assert raw.update(Command.update("UPDATE t SET n = n + 1 WHERE client = -1")) == 1
      assert [one.result() for one in added] == [ROUND_COUNT] * adder_count
    assert raw.rows("SELECT count(*), max(n) FROM t WHERE client = -1") == [(1, update_count)]
    assert raw.rows("SELECT count(*) FROM t") == [(1 + adder_count * ROUND_COUNT,)]
    assert eventually(lambda: connection_count(raw) <= before)


def test_a_transaction_that_adds_rows_is_refused_before_ducklake_fails(servers):
  with RawClient(servers[0].address) as first, RawClient(servers[0].address) as second:
    run(first, "CREATE TABLE t AS SELECT i::INTEGER AS client, 0 AS n FROM range(9) AS r(i)")
    run(second, "SELECT 1")
    before = connection_count(first)
    for client in range(3):
      run(second, "BEGIN", "INSERT INTO t VALUES (100, 0)")
      run(first, f"DELETE FROM t WHERE client = {client}")
      with pytest.raises(grpc.RpcError, match='has changed table "t" since this one began') as caught:
        run(second, "COMMIT")
      assert caught.value.code() == grpc.StatusCode.ABORTED
    assert eventually(lambda: connection_count(first) <= before)
    assert first.rows("SELECT client FROM t ORDER BY client") == [(client,) for client in range(3, 9)]


def test_a_long_insert_from_whose_table_rows_are_removed_is_run_again(start, tmp_path):
  server = start("--ducklake-data-path", f"{tmp_path}/lake/")
  with RawClient(server.address) as raw, RawClient(server.address) as other:
    run(raw, "CREATE TABLE t (n BIGINT, s VARCHAR)", "INSERT INTO t VALUES (-1, NULL), (-2, NULL)")
    before = set(tmp_path.rglob("*.parquet"))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
      long = "INSERT INTO t SELECT range, md5(range::VARCHAR) FROM range(2_000_000)"
      inserting = pool.submit(raw.update, Command.update(long))
      assert eventually(lambda: set(tmp_path.rglob("*.parquet")) - before)
      run(other, "DELETE FROM t WHERE n = -1")
      assert not inserting.done()
      assert inserting.result() == 2_000_000
    assert raw.rows("SELECT count(*), count(DISTINCT n), min(n) FROM t") == [(2_000_001, 2_000_001, -2)]
