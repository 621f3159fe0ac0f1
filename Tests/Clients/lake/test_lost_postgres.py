"""PostgreSQL goes away in the middle of something."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from support.flightsql import Command, RawClient, run
from support.postgres_line import PostgresLine
from support.server import Server, eventually

BEFORE_COMMIT = "INSERT INTO \"public\".ducklake_snapshot "


@pytest.fixture
def line(cluster):
  opened = PostgresLine(cluster.port)
  yield opened
  opened.close()


@pytest.fixture
def own(start, cluster, database, line, tmp_path) -> Server:
  flags = cluster.flags(database, tmp_path / "data")
  flags[flags.index("--pg-port") + 1] = str(line.port)
  return start(
    *flags, "--pg-sslmode", "disable", environment={"LAKEHOUSE_PG_PASSWORD": cluster.password}
  )


@pytest.fixture
def raw(own):
  with RawClient(own.address) as opened:
    run(opened, "CREATE TABLE t AS SELECT 0 AS a", "CREATE TABLE u AS SELECT 7 AS b")
    yield opened


def test_a_client_goes_away_after_the_catalog(own, raw, cluster, database):
  """Its transaction can't be rolled back any more, which is no reason for the server to end."""
  with RawClient(own.address) as other:
    run(other, "BEGIN", "INSERT INTO t VALUES (1)")
    cluster.cut_connections(database)
  assert eventually(lambda: readable(raw, "FROM t"))
  with RawClient(own.address) as other:
    transaction = other.begin()
    other.update(Command.update("DELETE FROM t", transaction))
    cluster.cut_connections(database)
  assert eventually(lambda: readable(raw, "FROM t"))
  run(raw, "INSERT INTO t VALUES (2)")
  assert raw.rows("FROM t ORDER BY a") == [(0,), (2,)]


def readable(raw: RawClient, sql: str) -> bool:
  try:
    raw.rows(sql)
  except grpc.RpcError:
    return False
  return True


STATEMENTS = {
  "INSERT INTO t VALUES (1)": [(0,), (1,)], "UPDATE t SET a = 5": [(5,)], "DELETE FROM t": [],
  "CREATE TABLE v AS SELECT 1 AS a": [(0,)],
}


@pytest.mark.parametrize("sql", STATEMENTS)
@pytest.mark.parametrize("at", ["BEGIN TRANSACTION", "COPY (SELECT \"snapshot_id\"", BEFORE_COMMIT])
def test_a_connection_that_is_lost_before_commit(raw, line, sql, at):
  line.break_at(lambda text: text.startswith(at))
  with pytest.raises(grpc.RpcError) as caught:
    run(raw, sql)
  assert line.broken.is_set()
  assert caught.value.code() == grpc.StatusCode.UNAVAILABLE, caught.value.details()
  assert raw.rows("FROM t") == [(0,)]
  run(raw, sql)
  assert raw.rows("FROM t ORDER BY a") == STATEMENTS[sql]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_commit_that_never_arrives(raw, line, sql):
  """Nobody can tell it from one whose answer is lost."""
  line.break_at(lambda text: text == "COMMIT")
  with pytest.raises(grpc.RpcError) as caught:
    run(raw, sql)
  assert line.broken.is_set()
  assert caught.value.code() == grpc.StatusCode.UNKNOWN, caught.value.details()
  assert raw.rows("FROM t") == [(0,)]
  run(raw, sql)
  assert raw.rows("FROM t ORDER BY a") == STATEMENTS[sql]


@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 5", "DELETE FROM t"])
@pytest.mark.parametrize("way", ["alone", "in a transaction", "prepared"])
def test_a_commit_whose_answer_is_lost_is_not_repeated(raw, line, cluster, database, sql, way):
  ((before,),) = raw.rows("SELECT max(snapshot_id) FROM lakehouse.snapshots()")
  line.break_at(lambda text: text == "COMMIT", loses_answer=True)
  with pytest.raises(grpc.RpcError) as caught:
    if way == "prepared":
      raw.update(Command.prepared_update(raw.prepare(sql).handle))
    else:
      run(raw, *(["BEGIN", sql, "COMMIT"] if way == "in a transaction" else [sql]))
  assert line.broken.is_set()
  assert caught.value.code() == grpc.StatusCode.UNKNOWN, caught.value.details()
  assert "during COMMIT" in caught.value.details()
  snapshots = "SELECT count(*) FROM ducklake_snapshot WHERE snapshot_id > "
  assert cluster.sql(f"{snapshots} {before}", database) == "1"
  assert raw.rows("FROM u") == [(7,)]


@pytest.mark.parametrize(
  "sql",
  ["INSERT INTO t VALUES (5)", "UPDATE t SET a = 5", "UPDATE t SET a = 5 WHERE a = 0",
   "DELETE FROM t WHERE a = 0"],
)
def test_files_that_ducklake_has_deleted_after_a_lost_commit(
  raw, line, cluster, database, tmp_path, sql
):
  """DuckLake takes the lost answer for a refusal. What docs/robustness.md says mends it."""
  run(raw, "INSERT INTO t FROM range(1, 4)")
  line.break_at(lambda text: text == "COMMIT", loses_answer=True)
  with pytest.raises(grpc.RpcError):
    run(raw, "BEGIN", sql, "INSERT INTO t VALUES (6)", "COMMIT")
  assert not readable(raw, "FROM t")
  present = {path.name for path in Path(tmp_path, "data").rglob("*.parquet")}
  known = cluster.sql("SELECT path, begin_snapshot FROM ducklake_data_file", database).split()
  (snapshot,) = {row.split("|")[1] for row in known if row.split("|")[0] not in present}
  cluster.sql(
    f"""
    DELETE FROM ducklake_data_file WHERE begin_snapshot = {snapshot};
    DELETE FROM ducklake_delete_file WHERE begin_snapshot = {snapshot};
    UPDATE ducklake_data_file SET end_snapshot = NULL WHERE end_snapshot = {snapshot};
    UPDATE ducklake_delete_file SET end_snapshot = NULL WHERE end_snapshot = {snapshot}
    """,
    database,
  )
  assert raw.rows("SELECT count(*), max(a) FROM t") == [(4, 3)]
  run(raw, "UPDATE t SET a = a + 1", "INSERT INTO t VALUES (9)")
  assert raw.rows("FROM t ORDER BY a") == [(1,), (2,), (3,), (4,), (9,)]


def test_the_system_asks_whether_postgres_is_still_there(own, raw, line):
  """A machine that is gone answers nothing: without this, a commit would wait for it for hours."""
  timers = []
  for connection in Path(f"/proc/{own.pid}/net/tcp").read_text().splitlines()[1:]:
    _, _, remote, _, _, timer, *_ = connection.split()
    if int(remote.split(":")[1], 16) == line.port:
      timers.append(timer)
  # The kind of timer that is set (2: keepalive), and when it comes, in hundredths of a second.
  keepalives = [int(when, 16) for kind, when in (timer.split(":") for timer in timers) if kind == "02"]
  assert keepalives and max(keepalives) <= 20 * 100
