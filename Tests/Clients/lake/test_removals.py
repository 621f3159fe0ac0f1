"""Several clients that remove rows of the same files: what was acknowledged is gone, all else is there."""

from __future__ import annotations

import concurrent.futures
import threading

import grpc
import pytest

from support.flightsql import Command, RawClient, run
from support.server import Server, eventually

CONFLICT = grpc.StatusCode.ABORTED


@pytest.fixture
def embedded(start, tmp_path) -> list[Server]:
  """A server of a lake whose catalog is a file."""
  return [start("--ducklake-data-path", f"{tmp_path}/data/")]


@pytest.fixture
def replicas(start, cluster, database, tmp_path) -> list[Server]:
  """Two servers of a lake whose catalog is in PostgreSQL."""
  flags = cluster.flags(database, tmp_path / "data")
  environment = {"LAKEHOUSE_PG_PASSWORD": cluster.password}
  return [start(*flags, environment=environment) for _ in range(2)]


@pytest.fixture(params=["embedded", "replicas"])
def servers(request) -> list[Server]:
  return request.getfixturevalue(request.param)


def commits(raw: RawClient, *statements: str) -> bool:
  """Whether a transaction was acknowledged; otherwise it was refused for a conflict."""
  try:
    run(raw, *statements)
  except grpc.RpcError as error:
    assert error.code() == CONFLICT, error
    return False
  return True


def transaction(*statements: str) -> list[str]:
  return ["BEGIN", *statements, "COMMIT"]


class Ledger:
  """What a table of rows (a, b) must hold, b counting the updates of a."""

  def __init__(self, size: int):
    self.rows = {a: 0 for a in range(size)}
    self.refused = 0
    self.lock = threading.Lock()

  def make(self, raw: RawClient, name: str = "t") -> None:
    """All rows in one file, which has a delete file already."""
    run(
      raw, f"CREATE TABLE {name} AS SELECT i::INTEGER AS a, 0 AS b FROM range({len(self.rows)}) AS r(i)",
      f"DELETE FROM {name} WHERE a = 0",
    )
    del self.rows[0]

  def note(self, is_committed: bool, deleted: list[int], updated: list[int] = ()) -> None:
    with self.lock:
      if not is_committed:
        self.refused += 1
        return
      for a in deleted:
        del self.rows[a]
      for a in updated:
        self.rows[a] += 1

  def check(self, *clients: RawClient, name: str = "t") -> None:
    for raw in clients:
      assert raw.rows(f"SELECT a, b FROM {name} ORDER BY a, b") == sorted(self.rows.items())


def at_once(servers: list[Server], count: int, work) -> None:
  """Runs work(client, number) for each number at the same time, on one server after the other."""

  def one(number: int) -> None:
    with RawClient(servers[number % len(servers)].address) as raw:
      work(raw, number)

  with concurrent.futures.ThreadPoolExecutor(count) as pool:
    list(pool.map(one, range(count)))


def test_two_transactions_that_delete_in_one_file_conflict(servers):
  ledger = Ledger(10)
  with RawClient(servers[0].address) as first, RawClient(servers[-1].address) as second:
    ledger.make(first)
    for raw, a in [(first, 1), (second, 2)]:
      run(raw, "BEGIN", f"DELETE FROM t WHERE a = {a}")
    run(first, "COMMIT")
    with pytest.raises(grpc.RpcError, match='another transaction has changed table "t"') as caught:
      run(second, "COMMIT")
    assert caught.value.code() == CONFLICT
    ledger.note(True, [1])
    ledger.check(first, second)
    run(second, *transaction("DELETE FROM t WHERE a = 2"))
    ledger.note(True, [2])
    ledger.check(first, second)


@pytest.mark.parametrize(
  "statement",
  [
    "DELETE FROM other WHERE a = 2",
    "INSERT INTO t VALUES (100, 0)",
    "CREATE TABLE another AS FROM t",
  ],
)
def test_only_what_removes_rows_of_the_same_table_conflicts(servers, statement):
  with RawClient(servers[0].address) as first, RawClient(servers[-1].address) as second:
    Ledger(5).make(first)
    Ledger(5).make(first, "other")
    run(second, "BEGIN", statement)
    run(first, "UPDATE other SET b = 1 WHERE a = 1" if "other" not in statement else "DELETE FROM t WHERE a = 1")
    run(second, "COMMIT")


@pytest.mark.parametrize(
  "statement",
  [
    "DELETE FROM t WHERE a = 2",
    'WITH x AS (SELECT 2 AS a) DELETE FROM lakehouse.main."T" USING x WHERE t.a = x.a',
    "UPDATE t SET b = 7 WHERE a = 2",
    "MERGE INTO t USING (SELECT 2 AS a) AS s ON t.a = s.a WHEN MATCHED THEN DELETE",
    "EXPLAIN ANALYZE DELETE FROM t WHERE a = 2",
    'EXPLAIN ("analyze") DELETE FROM t WHERE a = 2',
    "PREPARE p AS DELETE FROM t WHERE a = $1; EXECUTE p(2)",
    "EXPLAIN ANALYZE PREPARE p AS DELETE FROM t WHERE a = $1; EXECUTE p(2)",
    "ALTER TABLE t RENAME TO u; DELETE FROM u WHERE a = 2",
  ],
)
def test_however_rows_are_removed(servers, statement):
  with RawClient(servers[0].address) as first, RawClient(servers[-1].address) as second:
    Ledger(10).make(first)
    run(second, "BEGIN")
    for part in statement.split("; "):
      run(second, part)
    run(first, "DELETE FROM t WHERE a = 1")
    with pytest.raises(grpc.RpcError) as caught:
      run(second, "COMMIT")
    assert caught.value.code() == CONFLICT
    expected = [(a, 0) for a in range(2, 10)]
    assert first.rows("SELECT a, b FROM t ORDER BY a") == expected
    assert second.rows("SELECT a, b FROM t ORDER BY a") == expected


def test_statements_of_their_own_lose_nothing(servers):
  """Deletions and updates of one file by six clients at once, each a transaction of its own."""
  count, each = 6, 12
  ledger = Ledger(count * each + 1)

  def work(raw: RawClient, number: int) -> None:
    for a in range(1 + number * each, 1 + (number + 1) * each):
      if a % 3 == 0:
        ledger.note(commits(raw, f"UPDATE t SET b = b + 1 WHERE a = {a}"), [], [a])
      else:
        ledger.note(commits(raw, f"DELETE FROM t WHERE a = {a}"), [a])

  with RawClient(servers[0].address) as raw:
    ledger.make(raw)
    at_once(servers, count, work)
    ledger.check(raw)
  # On one server they take turns.
  assert ledger.refused == 0 or len(servers) > 1
  assert ledger.refused < count * each / 2


def test_transactions_lose_nothing(servers):
  """Beside them, clients whose statements are transactions of their own, and some that insert."""
  count, each = 6, 12
  ledger = Ledger(count * each + 1)

  def work(raw: RawClient, number: int) -> None:
    own = range(1 + number * each, 1 + (number + 1) * each)
    if number == 0:
      for a in own:
        new = 10_000 + a
        if commits(raw, f"INSERT INTO t VALUES ({new}, 0)"):
          with ledger.lock:
            ledger.rows[new] = 0
    elif number == 1:
      for a in own:
        ledger.note(commits(raw, f"DELETE FROM t WHERE a = {a}"), [a])
    else:
      for a in own[::2]:
        statements = [f"DELETE FROM t WHERE a = {a}", f"UPDATE t SET b = b + 1 WHERE a = {a + 1}"]
        ledger.note(commits(raw, *transaction(*statements)), [a], [a + 1])

  with RawClient(servers[0].address) as raw:
    ledger.make(raw)
    at_once(servers, count, work)
    ledger.check(raw)


def test_an_open_transaction_holds_nobody_up(servers):
  with RawClient(servers[0].address) as idle, RawClient(servers[0].address) as raw:
    Ledger(10).make(raw)
    run(idle, "BEGIN", "DELETE FROM t WHERE a = 1")
    run(raw, "DELETE FROM t WHERE a = 2", *transaction("UPDATE t SET b = 1 WHERE a = 3"))
    run(idle, "ROLLBACK")
    assert raw.rows("SELECT count(*), sum(b) FROM t") == [(8, 1)]


def test_who_waits_for_the_lock_can_be_cancelled_and_stopped(start, cluster, database, tmp_path):
  server = start(
    *cluster.flags(database, tmp_path / "data"), "--shutdown-grace-seconds", "0.5",
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  lock = "pg_advisory_xact_lock(hashtext('lakehouse commit'), hashtext('public'))"
  waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
  with RawClient(server.address) as raw:
    Ledger(10).make(raw)
    with cluster.holding(database, lock):
      call = raw.begin_update(Command.update("DELETE FROM t WHERE a = 1"))
      assert eventually(lambda: cluster.sql(waiting, database) != "0")
      call.cancel()
      assert eventually(lambda: cluster.sql(waiting, database) == "0")
      # Whoever adds or reads rows doesn't wait.
      run(raw, "INSERT INTO t VALUES (100, 0)")
      assert raw.rows("SELECT count(*) FROM t") == [(10,)]
    run(raw, "DELETE FROM t WHERE a = 2")
    assert raw.rows("SELECT count(*) FROM t") == [(9,)]
    with cluster.holding(database, lock):
      stopped = raw.begin_update(Command.update("DELETE FROM t WHERE a = 3"))
      assert eventually(lambda: cluster.sql(waiting, database) != "0")
      assert server.stop(timeout_seconds=15) == 0
      assert stopped.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
