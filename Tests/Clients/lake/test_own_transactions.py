"""A statement outside a transaction is compiled and run in one: its catalog is asked once."""

from __future__ import annotations

import re
import time

import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, table
from support.parameters import bind, rows_of
from support.server import Server, eventually

# Those of the pool, and those that other connections to the database may begin.
BEGIN = re.compile(r"statement: BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@pytest.fixture
def own(start, cluster, database, tmp_path) -> Server:
  cluster.sql(f"ALTER DATABASE \"{database}\" SET log_statement = 'all'")
  return start(
    *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )


@pytest.fixture
def raw(own):
  with RawClient(own.address) as opened:
    opened.update(Command.update("CREATE TABLE t (i INTEGER)"))
    yield opened


@pytest.fixture
def other(own):
  with RawClient(own.address) as opened:
    yield opened


@pytest.fixture
def begun(cluster):
  """How many transactions of the catalog some work begins."""
  log = cluster.folder / "log"

  def count(work) -> int:
    offset = log.stat().st_size
    work()
    return len(BEGIN.findall(log.read_bytes()[offset:].decode()))

  return count


def announce(raw: RawClient, sql: str) -> bytes:
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  return ticket


def fetch(raw: RawClient, ticket: bytes) -> list[tuple]:
  result = table(raw.messages(ticket))
  return list(zip(*(column.to_pylist() for column in result.columns)))


def idle_transactions(cluster, database: str) -> int:
  return int(cluster.sql(
    f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' "
    "AND state LIKE 'idle in transaction%'"
  ))


def test_an_update_is_one_transaction(raw, begun):
  assert begun(lambda: raw.update(Command.update("INSERT INTO t VALUES (1)"))) == 1


@pytest.mark.parametrize("sql", ["CREATE TABLE u AS SELECT 1 AS a", "ALTER TABLE t ADD b INT"])
def test_definitions_are_read_twice_before_and_once_after_one_that_changes_them(
  raw, begun, sql: str
):
  assert begun(lambda: raw.update(Command.update(sql))) == 4
  assert begun(lambda: raw.rows("SELECT i FROM t")) == 1


def test_each_statement_of_several_is_one(raw, begun):
  text = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)"
  assert begun(lambda: raw.update(Command.update(text))) == 3
  assert raw.rows("SELECT i FROM t ORDER BY i") == [(1,), (2,), (3,)]


def test_a_query_is_one(raw, begun):
  raw.update(Command.update("INSERT INTO t VALUES (1)"))
  assert begun(lambda: raw.rows("SELECT i FROM t")) == 1


def execute_prepared(raw: RawClient, sql: str, *values: int) -> None:
  """What a driver does that prepares whatever it executes."""
  handle = raw.prepare(sql).handle
  if values:
    bind(raw, handle, rows_of(pa.array(values)))
  if sql.startswith("SELECT"):
    fetch(raw, announce_prepared(raw, handle))
  else:
    raw.update(Command.prepared_update(handle))
  raw.close_prepared(handle)


@pytest.mark.parametrize(
  ("sql", "values"),
  [
    ("SELECT i FROM t", ()),
    ("SELECT i FROM t WHERE i = ?", (1,)),
    ("INSERT INTO t VALUES (1)", ()),
    ("INSERT INTO t VALUES (?)", (1,)),
  ],
)
def test_preparing_and_executing_at_once_is_one(raw, begun, sql: str, values):
  # On a machine that is busy with something else it may take too long now and then.
  assert eventually(lambda: begun(lambda: execute_prepared(raw, sql, *values)) == 1, 60)


def test_before_several_rows_definitions_are_read_twice(raw, begun):
  insert = lambda: execute_prepared(raw, "INSERT INTO t VALUES (?)", 1, 2, 3)
  assert eventually(lambda: begun(insert) == 3, 60)


def test_each_execution_of_a_prepared_statement_counts(raw):
  insertion = raw.prepare("INSERT INTO t VALUES (7)").handle
  query = raw.prepare("SELECT i FROM t").handle
  for count in range(1, 4):
    assert raw.update(Command.prepared_update(insertion)) == 1
    assert fetch(raw, announce_prepared(raw, query)) == [(7,)] * count


def test_a_prepared_insert_is_committed(raw, other):
  for number in range(20):
    execute_prepared(raw, "INSERT INTO t VALUES (?)", number)
    assert other.rows("SELECT count(*) FROM t") == [(number + 1,)]


def test_a_prepared_insert_of_the_rows_there_are_takes_all(raw, other):
  for number in range(1, 10):
    handle = raw.prepare("INSERT INTO t SELECT count(*) FROM t").handle
    other.update(Command.update("DELETE FROM t"))
    other.update(Command.update(f"INSERT INTO t FROM range({number})"))
    assert raw.update(Command.prepared_update(handle)) == 1
    assert raw.rows("SELECT max(i) FROM t") == [(number,)]


def test_what_another_server_has_committed_is_seen_soon(own, raw, start, cluster, database, tmp_path):
  another = start(
    *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  with RawClient(another.address) as other:
    handle = raw.prepare("SELECT count(*) FROM t").handle
    prepared = time.monotonic()
    count = 0
    while time.monotonic() < prepared + 0.02:
      count += other.update(Command.update("INSERT INTO t VALUES (1)"))
    assert fetch(raw, announce_prepared(raw, handle)) == [(count,)]


def test_what_only_reads_leaves_nothing_open(raw, cluster, database):
  handle = raw.prepare("SELECT i FROM t").handle
  assert eventually(lambda: idle_transactions(cluster, database) == 0, timeout_seconds=5)
  assert fetch(raw, announce_prepared(raw, handle)) == []
  assert eventually(lambda: idle_transactions(cluster, database) == 0, timeout_seconds=5)
  assert raw.rows("SELECT i FROM t") == []
  assert eventually(lambda: idle_transactions(cluster, database) == 0, timeout_seconds=5)


def test_statements_follow_each_other_at_once(raw):
  for number in range(50):
    handle = raw.prepare("SELECT count(*) FROM t").handle
    assert raw.update(Command.update(f"INSERT INTO t VALUES ({number})")) == 1
    assert raw.rows("SELECT count(*) FROM t") == [(number + 1,)]
    assert fetch(raw, announce_prepared(raw, handle)) == [(number + 1,)]
    raw.close_prepared(handle)


def test_a_query_that_writes(raw):
  """What only reads runs where DuckDB refuses to write."""
  raw.update(Command.update("CREATE TEMPORARY SEQUENCE s"))
  assert raw.rows("SELECT nextval('s')") == [(1,)]
  handle = raw.prepare("SELECT nextval('s')").handle
  assert fetch(raw, announce_prepared(raw, handle)) == [(2,)]
  assert raw.rows("FROM (SELECT nextval('s'))") == [(3,)]


def test_a_query_sees_what_was_when_it_was_announced(raw, other):
  ticket = announce(raw, "SELECT count(*) FROM t")
  other.update(Command.update("INSERT INTO t VALUES (1)"))
  assert fetch(raw, ticket) == [(0,)]
  assert raw.rows("SELECT count(*) FROM t") == [(1,)]


def test_a_prepared_query_sees_what_is_when_it_is_executed(raw, other):
  handle = raw.prepare("SELECT count(*) FROM t").handle
  other.update(Command.update("INSERT INTO t VALUES (1)"))
  assert fetch(raw, announce_prepared(raw, handle)) == [(1,)]
  other.update(Command.update("INSERT INTO t VALUES (2)"))
  assert fetch(raw, announce_prepared(raw, handle)) == [(2,)]


def announce_prepared(raw: RawClient, handle: bytes) -> bytes:
  (ticket,) = raw.flight_info(Command.prepared_query(handle)).tickets
  return ticket


def test_nothing_stays_open_that_is_not_fetched(raw, other, cluster, database):
  ticket = announce(raw, "SELECT count(*) FROM t")
  assert idle_transactions(cluster, database) == 1
  assert eventually(lambda: idle_transactions(cluster, database) == 0, timeout_seconds=5)
  other.update(Command.update("INSERT INTO t VALUES (1)"))
  assert fetch(raw, ticket) == [(1,)]


def test_the_next_statement_ends_it(raw, cluster, database):
  tickets = [announce(raw, "SELECT count(*) FROM t") for _ in range(3)]
  assert idle_transactions(cluster, database) == 1
  raw.update(Command.update("INSERT INTO t VALUES (1)"))
  assert idle_transactions(cluster, database) == 0
  assert [fetch(raw, ticket) for ticket in tickets] == [[(1,)]] * 3


def test_a_transaction_may_begin_meanwhile(raw):
  ticket = announce(raw, "SELECT count(*) FROM t")
  raw.update(Command.update("BEGIN"))
  raw.update(Command.update("INSERT INTO t VALUES (1)"))
  assert fetch(raw, ticket) == [(1,)]
  raw.update(Command.update("ROLLBACK"))
  assert raw.rows("SELECT count(*) FROM t") == [(0,)]


def test_as_many_wait_as_there_are_workers(own, raw, cluster, database):
  clients = [RawClient(own.address) for _ in range(12)]
  tickets = [announce(client, "SELECT count(*) FROM t") for client in clients]
  assert idle_transactions(cluster, database) <= 8
  assert [fetch(*pair) for pair in zip(clients, tickets)] == [[(0,)]] * 12
  for client in clients:
    client.channel.close()


def test_a_commit_that_fails_fails_its_statement(raw):
  raw.update(Command.update("CALL lakehouse.set_option('require_commit_message', true)"))
  for _ in range(2):
    with pytest.raises(grpc.RpcError) as raised:
      raw.update(Command.update("INSERT INTO t VALUES (1)"))
    assert "commit message" in raised.value.details()
  assert raw.rows("SELECT count(*) FROM t") == [(0,)]
  raw.update(Command.update("CALL lakehouse.set_option('require_commit_message', false)"))
  assert raw.update(Command.update("INSERT INTO t VALUES (1)")) == 1


def test_a_connection_that_is_lost_meanwhile(raw, cluster, database):
  ticket = announce(raw, "SELECT count(*) FROM t")
  cluster.cut_connections(database)
  assert fetch(raw, ticket) == [(0,)]


def test_tables_for_rows_in_the_catalog_are_not_made(raw, cluster, database):
  """Each would be asked whenever its table is read."""
  raw.update(Command.update("ALTER TABLE t ADD COLUMN j INTEGER"))
  found = cluster.sql(
    r"SELECT count(*) FROM pg_tables WHERE tablename ~ 'ducklake_inlined_data_\d'", database
  )
  assert found == "0"


@pytest.mark.parametrize(
  "catalog",
  [[], ["--ducklake-catalog", "sqlite:{folder}/catalog.sqlite"]],
  ids=["in a DuckDB file", "in SQLite"],
)
def test_catalogs_in_files(start, tmp_path, catalog: list[str]):
  flags = [part.format(folder=tmp_path) for part in catalog]
  server = start("--ducklake-data-path", f"{tmp_path}/data/", *flags)
  with RawClient(server.address) as raw, RawClient(server.address) as other:
    raw.update(Command.update("CREATE TABLE t (i INTEGER)"))
    ticket = announce(raw, "SELECT count(*) FROM t")
    other.update(Command.update("INSERT INTO t VALUES (1)"))
    assert fetch(raw, ticket) == [(0,)]
    assert raw.rows("SELECT count(*) FROM t") == [(1,)]
