"""Clients that add rows to one table at the same time: none is turned away, no row is lost."""

from __future__ import annotations

import concurrent.futures

import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.server import Server

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
