"""Keeping a lake in order while it is used."""

from __future__ import annotations

import concurrent.futures
import fcntl
import re
from pathlib import Path

import pyarrow.flight as flight
import pytest

from support.flightsql import RawClient, open_query, run
from support.server import Server, eventually, run_to_end

SHORT = ["--transaction-lifetime-seconds", "0.001", "--maintenance-retention-seconds", "0.001"]


def files(folder: Path) -> list[Path]:
  return sorted(folder.rglob("*.parquet"))


def runs(server: Server, *words: str) -> list[str]:
  """The log's lines of runs that say all of this."""
  lines = [line for line in server.stderr.splitlines() if "maintenance" in line]
  return [line for line in lines if all(word in line for word in words)]


def waited(server: Server, *words: str) -> str:
  """A run that begins from now on and says all of this."""
  before = len(runs(server))
  found = lambda: [line for line in runs(server)[before:] if all(word in line for word in words)]
  assert eventually(found, timeout_seconds=30), server.stderr
  return found()[0]


def test_it_is_off_unless_asked_for(start, tmp_path):
  server = start("--ducklake-data-path", f"{tmp_path}/data/")
  server.stop()
  assert not runs(server)


def test_files_are_merged_and_snapshots_expire(start, tmp_path):
  data = tmp_path / "data"
  server = start(
    "--ducklake-data-path", f"{data}/", "--maintenance-interval-seconds", "0.3",
    "--maintenance-retention-seconds", "1", "--transaction-lifetime-seconds", "1",
  )
  with RawClient(server.address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)")
    for n in range(8):
      run(raw, f"INSERT INTO t VALUES ({n})")
    assert eventually(lambda: len(files(data)) == 1, timeout_seconds=30), server.stderr
    assert raw.rows("SELECT count(*), sum(a) FROM t") == [(8, 28)]
    # The newest stays.
    assert eventually(lambda: raw.rows("SELECT count(*) FROM lakehouse.snapshots()") == [(1,)])
  assert all(runs(server, word) for word in ["merged", "expired", "deleted"]), server.stderr


@pytest.mark.parametrize("prefix", ["", "sqlite:"])
def test_a_command_makes_no_lake(start, tmp_path, prefix):
  """A path with a slip of the pen must not look like a lake in good order."""
  catalog, data = tmp_path / "catalog", tmp_path / "data"

  def maintained(catalog: Path, data: Path):
    return run_to_end(
      "maintain", "--ducklake-data-path", f"{data}/", "--ducklake-catalog", f"{prefix}{catalog}"
    )

  start("--ducklake-data-path", f"{data}/", "--ducklake-catalog", f"{prefix}{catalog}").stop()
  assert maintained(catalog, data).returncode == 0
  before = sorted(tmp_path.iterdir())
  for paths in [(tmp_path / "catalogue", data), (catalog, tmp_path / "date")]:
    ended = maintained(*paths)
    assert ended.returncode != 0 and ended.stdout == ""
    assert "there is no lake" in ended.stderr
    assert sorted(tmp_path.iterdir()) == before
  (tmp_path / "empty").touch()
  assert maintained(tmp_path / "empty", data).returncode != 0


def test_a_command_makes_no_lake_in_postgres(cluster, database, tmp_path):
  (tmp_path / "data").mkdir()
  ended = run_to_end(
    "maintain", *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  assert ended.returncode != 0 and "does not exist" in ended.stderr
  assert cluster.password not in ended.stderr


def test_a_command_does_it_once(start, tmp_path):
  data = tmp_path / "data"
  flags = ["--ducklake-data-path", f"{data}/"]
  server = start(*flags)
  with RawClient(server.address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)", *[f"INSERT INTO t VALUES ({n})" for n in range(5)])
  refused = run_to_end("maintain", *flags)
  assert refused.returncode != 0 and "lock" in refused.stderr
  server.stop()
  ended = run_to_end("maintain", *flags)
  assert (ended.returncode, ended.stderr) == (0, "")
  assert re.fullmatch(r"merged 5 files into 1 in [\d.]+ s\n", ended.stdout)
  # Nothing is old enough to go.
  assert len(files(data)) == 6
  ended = run_to_end("maintain", *flags, *SHORT)
  assert "deleted 5 files" in ended.stdout and "expired" in ended.stdout
  assert len(files(data)) == 1
  ended = run_to_end("maintain", *flags, *SHORT)
  assert ended.stdout.startswith("nothing to do in ")
  with RawClient(start(*flags).address) as raw:
    assert raw.rows("SELECT count(*), sum(a) FROM t") == [(5, 10)]


def test_files_the_lake_does_not_know_go_on_request(start, tmp_path):
  data = tmp_path / "data"
  flags = ["--ducklake-data-path", f"{data}/", *SHORT]
  server = start("--ducklake-data-path", f"{data}/", "--init-sql", "CREATE TABLE t AS SELECT 1 AS a")
  server.stop()
  orphan = data / "main" / "t" / "left-behind.parquet"
  orphan.write_bytes(b"PAR1")
  assert run_to_end("maintain", *flags).returncode == 0
  assert orphan.exists()
  ended = run_to_end("maintain", *flags, "--maintenance-orphans")
  assert "deleted 1 unknown files" in ended.stdout
  assert not orphan.exists() and len(files(data)) == 1


@pytest.mark.parametrize("folder", ["folder", "data"], ids=["by a link", "by its name"])
def test_files_of_a_lake_whose_catalog_is_lost_stay(start, tmp_path, folder):
  """Another catalog than theirs, made anew beside them, deletes none."""
  (tmp_path / folder).mkdir()
  if folder != "data":
    (tmp_path / "data").symlink_to(tmp_path / folder)
  flags = ["--ducklake-data-path", f"{tmp_path}/data/"]
  first = start(*flags, "--init-sql", "CREATE TABLE t AS SELECT 1 AS a")
  assert "the lake is new" not in first.stderr
  first.stop()
  kept = files(tmp_path / "data")
  assert kept
  (tmp_path / "data.ducklake").rename(tmp_path / "elsewhere.ducklake")
  second = start(*flags)
  assert "warning server: the lake is new and empty, but its folder holds Parquet" in second.stderr
  second.stop()
  ended = run_to_end("maintain", *flags, *SHORT, "--maintenance-orphans")
  assert ended.stdout.startswith("left unknown files alone, since the lake is new")
  assert files(tmp_path / "data") == kept
  (tmp_path / "elsewhere.ducklake").rename(tmp_path / "data.ducklake")
  with RawClient(start(*flags).address) as raw:
    assert raw.rows("FROM t") == [(1,)]


@pytest.mark.parametrize(
  ("flags", "reason"),
  [
    (["--maintenance-interval-seconds", "1"], "needs a lake"),
    (
      ["--ducklake-data-path", "LAKE", "--maintenance-interval-seconds", "1",
       "--maintenance-retention-seconds", "60"],
      "transactions may be open for longer",
    ),
    (
      ["--ducklake-data-path", "LAKE", "--maintenance-interval-seconds", "1", "--read-only"],
      "--read-only",
    ),
  ],
)
def test_contradictions_are_refused(tmp_path, flags, reason):
  flags = [f"{tmp_path}/lake/" if flag == "LAKE" else flag for flag in flags]
  ended = run_to_end("serve", "--port", "0", *flags)
  assert ended.returncode != 0
  assert reason in ended.stderr


def test_no_reader_loses_a_file(start, tmp_path):
  """One that streams and one in a transaction, with all their files merged away meanwhile."""
  data = tmp_path / "data"
  server = start(
    "--ducklake-data-path", f"{data}/", "--maintenance-interval-seconds", "0.2",
    "--maintenance-retention-seconds", "0.5", "--transaction-lifetime-seconds", "0.5",
    "--memory-limit", "1GB",
  )
  count, batch = 12, 500_000
  with RawClient(server.address) as raw, flight.connect(server.uri) as client:
    run(raw, "CREATE TABLE t (a BIGINT, b VARCHAR)")
    insert = "INSERT INTO t SELECT i, md5(i::VARCHAR) FROM range({0}, {1}) AS r(i)"
    for n in range(count):
      run(raw, insert.format(n * batch, (n + 1) * batch))
    waited(server, "maintenance")
    present = len(files(data))
    reader = open_query(client, "FROM t")
    total = seen = reader.read_chunk().data.num_rows
    run(raw, insert.format(count * batch, (count + 1) * batch))
    # Several runs, and more time than the retention, with the result half read.
    for _ in range(5):
      waited(server, "maintenance")
    assert not runs(server, "failed"), server.stderr
    for chunk in reader:
      total += chunk.data.num_rows
    assert total == count * batch and total > seen
    # With the reader gone all but what is needed goes.
    run(raw, "INSERT INTO t VALUES (-1, '')")
    waited(server, "deleted")
    assert present > 0
    assert raw.rows("SELECT count(*) FROM t") == [((count + 1) * batch + 1,)]


EAGER = ["--maintenance-interval-seconds", "0.05", "--transaction-lifetime-seconds", "0.001"]


@pytest.mark.parametrize("retention", ["0.001", "3600"])
def test_writers_lose_nothing(start, tmp_path, retention):
  retain = ["--maintenance-retention-seconds", retention]
  lose_nothing([start("--ducklake-data-path", f"{tmp_path}/data/", *EAGER, *retain)])


def test_writers_of_two_servers_lose_nothing(start, cluster, database, tmp_path):
  flags = [*cluster.flags(database, tmp_path / "data"), *EAGER, "--maintenance-retention-seconds", "3600"]
  environment = {"LAKEHOUSE_PG_PASSWORD": cluster.password}
  lose_nothing([start(*flags, environment=environment) for _ in range(2)])


def lose_nothing(servers: list[Server]) -> None:
  """Two writers insert and delete, and the third inserts, while their files are merged."""
  kept: list[set[int]] = [set(), set(), set()]

  def write(writer: int) -> None:
    with RawClient(servers[writer % len(servers)].address) as raw:
      for n in range(writer * 1000, writer * 1000 + 40):
        if succeeds(raw, f"INSERT INTO t VALUES ({n})"):
          kept[writer].add(n)
        if writer < 2 and n % 3 == 0 and succeeds(raw, f"DELETE FROM t WHERE a = {n}"):
          kept[writer].discard(n)

  with RawClient(servers[0].address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)")
    with concurrent.futures.ThreadPoolExecutor(len(kept)) as pool:
      list(pool.map(write, range(len(kept))))
    assert eventually(lambda: any(runs(server, "merged") for server in servers), timeout_seconds=30)
    assert raw.rows("SELECT a FROM t ORDER BY a") == [(n,) for n in sorted(set().union(*kept))]


def succeeds(raw: RawClient, sql: str) -> bool:
  try:
    run(raw, sql)
  except Exception as error:
    assert error.code().name in ("ABORTED", "UNAVAILABLE"), error
    return False
  return True


def test_rows_in_the_catalog_are_flushed(start, tmp_path):
  data = tmp_path / "data"
  server = start(
    "--ducklake-data-path", f"{data}/", "--ducklake-inlined-rows", "10",
    "--maintenance-interval-seconds", "0.2",
  )
  assert eventually(lambda: "may bring old versions of them back" in server.stderr)
  with RawClient(server.address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1), (2)")
    assert eventually(lambda: runs(server, "flushed 2 rows"), timeout_seconds=30), server.stderr
    assert len(files(data)) == 1
    assert raw.rows("FROM t ORDER BY a") == [(1,), (2,)]


def test_one_server_at_a_time(start, cluster, database, tmp_path):
  """Whoever holds the lock is alone; when it is free again, the next run takes it."""
  flags = cluster.flags(database, tmp_path / "data")
  environment = {"LAKEHOUSE_PG_PASSWORD": cluster.password}
  servers = [
    start(*flags, "--maintenance-interval-seconds", "0.2", environment=environment)
    for _ in range(2)
  ]
  for server in servers:
    waited(server, "nothing to do")
  lock = "pg_advisory_xact_lock(hashtext('lakehouse maintenance'), hashtext('public'))"
  with cluster.holding(database, lock):
    for server in servers:
      waited(server, "another server is at it")
    ended = run_to_end("maintain", *flags, environment=environment)
    assert ended.stdout == "another server is at it\n"
  with RawClient(servers[0].address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)", *[f"INSERT INTO t VALUES ({n})" for n in range(4)])
    assert eventually(
      lambda: any(runs(server, "merged") for server in servers), timeout_seconds=30
    )
    assert raw.rows("SELECT count(*), sum(a) FROM t") == [(4, 6)]
  held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
  assert eventually(lambda: cluster.sql(held, database) == "0")


def test_one_server_at_a_time_where_the_catalog_is_in_sqlite(start, tmp_path):
  catalog = tmp_path / "catalog"
  flags = ["--ducklake-data-path", f"{tmp_path}/data/", "--ducklake-catalog", f"sqlite:{catalog}"]
  server = start(*flags, "--maintenance-interval-seconds", "0.2")
  waited(server, "nothing to do")
  with Path(f"{catalog}.maintenance-lock").open("rb") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    waited(server, "another server is at it")
  waited(server, "nothing to do")


def test_a_run_that_fails_is_repeated(start, cluster, database, tmp_path):
  server = start(
    *cluster.flags(database, tmp_path / "data"), "--maintenance-interval-seconds", "0.2",
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  waited(server, "nothing to do")
  cluster.stop()
  failure = waited(server, "failed")
  assert cluster.password not in failure and "passfile" not in failure
  cluster.start()
  waited(server, "nothing to do")


def test_stopping_interrupts_it(start, tmp_path):
  server = start(
    "--ducklake-data-path", f"{tmp_path}/data/", "--maintenance-interval-seconds", "0.01",
  )
  with RawClient(server.address) as raw:
    run(
      raw, "CREATE TABLE t (a BIGINT, b VARCHAR)",
      *["INSERT INTO t SELECT i, md5(i::VARCHAR) FROM range(300000) AS r(i)"] * 3,
    )
  assert server.stop(timeout_seconds=10) == 0
  with RawClient(start("--ducklake-data-path", f"{tmp_path}/data/").address) as raw:
    assert raw.rows("SELECT count(*) FROM t") == [(900_000,)]
