"""A statement that was planned before the data changed sees the data as they are.

DuckDB 1.5.5 plans by the tables' statistics (minima, maxima, NULLs, lengths) and executes such a
plan again, or later, without asking whether they still hold: filters vanish and values are cut.
"""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, run, table
from support.ingestion import APPEND, ingest

QUERIES = [
  "SELECT * FROM {t} ORDER BY ALL",
  "SELECT i FROM {t} WHERE i < 100 ORDER BY i",
  "SELECT i FROM {t} WHERE i > 100 ORDER BY i",
  "SELECT i, count(*) AS n FROM {t} GROUP BY i ORDER BY i",
  "SELECT i IS NULL AS b FROM {t} ORDER BY b",
  "SELECT a.i FROM {t} AS a JOIN {t} AS b USING (i) ORDER BY i",
]


@pytest.fixture
def other(server):
  """The client that changes the data."""
  with RawClient(server.address) as opened:
    yield opened


@pytest.fixture
def changing(other, name):
  """A table of one row; calling `grow` adds rows unlike it."""
  other.query(f"CREATE TABLE {name} AS SELECT 1::INTEGER AS i, 'a' AS s")

  def grow() -> None:
    other.query(f"INSERT INTO {name} VALUES (70000, 'a much longer text'), (NULL, NULL)")

  return name, grow


def rows(client: RawClient, command: bytes) -> list[dict]:
  (ticket,) = client.flight_info(command).tickets
  return table(client.messages(ticket)).to_pylist()


@pytest.mark.parametrize("query", QUERIES)
def test_between_two_executions_of_a_prepared_statement(raw, changing, query: str):
  name, grow = changing
  sql = query.format(t=name)
  handle = raw.prepare(sql).handle
  rows(raw, Command.prepared_query(handle))
  grow()
  assert rows(raw, Command.prepared_query(handle)) == raw.query(sql).to_pylist()


@pytest.mark.parametrize("query", QUERIES)
def test_between_preparing_and_executing(raw, changing, query: str):
  name, grow = changing
  sql = query.format(t=name)
  handle = raw.prepare(sql).handle
  grow()
  assert rows(raw, Command.prepared_query(handle)) == raw.query(sql).to_pylist()


@pytest.mark.parametrize("query", [QUERIES[0], QUERIES[1], QUERIES[3], QUERIES[4]])
def test_between_announcing_and_fetching(raw, changing, query: str):
  """What arrives is a state that was: before the change or after it, not a mixture.

  The other queries only miss what is new, which is the state before.
  """
  name, grow = changing
  sql = query.format(t=name)
  before = raw.query(sql).to_pylist()
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  grow()
  after = raw.query(sql).to_pylist()
  assert table(raw.messages(ticket)).to_pylist() in (before, after)


def test_a_prepared_delete_keeps_what_it_should(raw, changing):
  name, grow = changing
  handle = raw.prepare(f"DELETE FROM {name} WHERE i < 100").handle
  grow()
  assert raw.update(Command.prepared_update(handle)) == 1
  assert raw.rows(f"SELECT i FROM {name} ORDER BY i") == [(70000,), (None,)]


def test_a_prepared_update_changes_what_it_should(raw, changing):
  name, grow = changing
  handle = raw.prepare(f"UPDATE {name} SET s = 'small' WHERE i < 100").handle
  grow()
  assert raw.update(Command.prepared_update(handle)) == 1


def test_a_prepared_insert_of_rows_of_a_table_takes_all_there_are(raw, changing):
  name, grow = changing
  raw.query(f"CREATE TABLE {name}_copy AS FROM {name} LIMIT 0")
  handle = raw.prepare(f"INSERT INTO {name}_copy FROM {name} WHERE i < 100").handle
  grow()
  assert raw.update(Command.prepared_update(handle)) == 1
  assert raw.rows(f"SELECT i FROM {name}_copy") == [(1,)]


def test_a_prepared_table_of_another_s_rows_is_of_those_there_are(raw, changing):
  name, grow = changing
  handle = raw.prepare(f"CREATE TABLE {name}_copy AS SELECT i FROM {name} WHERE i < 100").handle
  grow()
  raw.update(Command.prepared_update(handle))
  assert raw.rows(f"SELECT i FROM {name}_copy") == [(1,)]


def test_a_count_that_is_known_when_it_is_prepared_is_counted_anew(raw, changing):
  name, grow = changing
  raw.query("CHECKPOINT")
  handle = raw.prepare(f"SELECT count(*) AS n, min(i) AS low, max(i) AS high FROM {name}").handle
  known = {"n": 1, "low": 1, "high": 1}
  assert rows(raw, Command.prepared_query(handle)) == [known]
  grow()
  assert rows(raw, Command.prepared_query(handle)) == [{"n": 3, "low": 1, "high": 70000}]


def test_a_text_that_has_come_often_is_compiled_anew(raw, changing):
  name, grow = changing
  sql = f"SELECT i FROM {name} WHERE i < 100"
  for _ in range(4):
    assert raw.rows(sql) == [(1,)]
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  grow()
  assert table(raw.messages(ticket)).to_pylist() == [{"i": 1}]
  assert raw.rows(sql) == [(1,)]


def test_rows_that_were_ingested_are_noticed(raw, other, name):
  ingest(other, Command.ingest(name), pa.table({"i": pa.array([1], pa.int32())}))
  handle = raw.prepare(f"SELECT i FROM {name} WHERE i < 100").handle
  assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
  ingest(other, Command.ingest(name, if_exists=APPEND), pa.table({"i": pa.array([70000], pa.int32())}))
  assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]


def test_the_last_of_several_statements_is_planned_for_what_it_reads(raw, changing):
  name, grow = changing
  sql = f"SELECT 1; SELECT i FROM {name} WHERE i < 100"
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  grow()
  assert table(raw.messages(ticket)).to_pylist() == [{"i": 1}]


class TestTransactions:
  def test_its_own_changes_are_noticed(self, raw, name):
    raw.query(f"CREATE TABLE {name} AS SELECT 1::INTEGER AS i")
    transaction = raw.begin()
    handle = raw.prepare(f"SELECT i FROM {name} WHERE i < 100", transaction).handle
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    raw.update(Command.update(f"INSERT INTO {name} VALUES (70000)", transaction))
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    ingested = pa.table({"i": pa.array([80000], pa.int32())})
    ingest(raw, Command.ingest(name, if_exists=APPEND, transaction=transaction), ingested)
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    raw.commit(transaction)
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]

  def test_what_was_prepared_before_it_is_noticed(self, raw, changing):
    name, grow = changing
    handle = raw.prepare(f"SELECT i FROM {name} WHERE i < 100").handle
    transaction = raw.begin()
    grow()
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    raw.roll_back(transaction)

  def test_what_another_commits_is_noticed(self, raw, other, name):
    raw.query(f"CREATE TABLE {name} AS SELECT 1::INTEGER AS i")
    transaction = other.begin()
    other.update(Command.update(f"INSERT INTO {name} VALUES (70000)", transaction))
    handle = raw.prepare(f"SELECT i FROM {name} WHERE i < 100").handle
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    other.commit(transaction)
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]
    assert raw.rows(f"FROM {name}") == [(1,), (70000,)]

  def test_what_another_commits_by_sql_is_noticed(self, raw, other, name):
    raw.query(f"CREATE TABLE {name} AS SELECT 1::INTEGER AS i")
    run(other, "BEGIN", f"INSERT INTO {name} VALUES (70000)")
    handle = raw.prepare(f"SELECT i FROM {name} WHERE i < 100").handle
    run(other, "COMMIT")
    assert rows(raw, Command.prepared_query(handle)) == [{"i": 1}]


class TestPreparedBySQL:
  def test_a_query_is_planned_for_what_it_reads(self, raw, changing):
    name, grow = changing
    run(raw, f"PREPARE {name}_q AS SELECT i FROM {name} WHERE i < 100")
    assert raw.rows(f"EXECUTE {name}_q") == [(1,)]
    grow()
    assert raw.rows(f"EXECUTE {name}_q") == [(1,)]

  def test_a_delete_keeps_what_it_should(self, raw, changing):
    name, grow = changing
    run(raw, f'PREPARE "{name} d" AS DELETE FROM {name} WHERE i < 100')
    grow()
    run(raw, f'EXECUTE "{name} D"')
    assert raw.rows(f"SELECT i FROM {name} ORDER BY i") == [(70000,), (None,)]

  def test_in_a_transaction_its_changes_are_noticed(self, raw, changing):
    name, grow = changing
    run(raw, f"PREPARE {name}_q AS SELECT i FROM {name} WHERE i < 100", "BEGIN")
    assert raw.rows(f"EXECUTE {name}_q") == [(1,)]
    run(raw, f"INSERT INTO {name} VALUES (70000, 'x')")
    assert raw.rows(f"EXECUTE {name}_q") == [(1,)]
    run(raw, "ROLLBACK")

  def test_what_was_deallocated_stays_so(self, raw, name):
    run(raw, f"PREPARE {name}_q AS SELECT 1", f"DEALLOCATE {name}_q")
    with pytest.raises(Exception, match="does not exist"):
      raw.rows(f"EXECUTE {name}_q")

  def test_what_was_deallocated_is_not_prepared_again(self, raw, name):
    """Of a dynamic PIVOT DuckDB makes several statements."""
    run(raw, f"CREATE TABLE {name} AS SELECT 1 AS a")
    run(raw, f"PREPARE {name}_p AS SELECT 1; PIVOT {name} ON a USING count(*)")
    run(raw, f"DEALLOCATE {name}_p", f"PREPARE {name}_q AS SELECT 2")
    assert raw.rows(f"EXECUTE {name}_q") == [(2,)]
    assert raw.rows("SELECT name FROM duckdb_prepared_statements()") == [(f"{name}_q",)]


class TestRaces:
  """Others commit while statements are planned and executed."""

  # The moment between planning and executing is hit every few hundred times.
  TABLES = 300
  READERS = 3

  @pytest.fixture
  def tables(self, raw, name) -> list[str]:
    names = [f"{name}_{number}" for number in range(self.TABLES)]
    raw.query("; ".join(f"CREATE TABLE {t} AS SELECT 1::INTEGER AS i" for t in names))
    return names

  def growing(self, server, tables: list[str], read) -> list:
    """What readers found wrong while every table got a second row, one after the other."""
    current = tables[0]
    wrong = []
    done = threading.Event()
    reads = threading.Semaphore(0)

    def reader() -> None:
      with RawClient(server.address) as client:
        while not done.is_set():
          t = current
          found = read(client, t)
          reads.release()
          if found not in ([], [1]):
            wrong.append((t, found))

    with ThreadPoolExecutor(self.READERS) as threads, RawClient(server.address) as writer:
      results = [threads.submit(reader) for _ in range(self.READERS)]
      try:
        for t in tables:
          current = t
          for _ in range(self.READERS + 1):
            assert reads.acquire(timeout=60)
          writer.update(Command.update(f"INSERT INTO {t} VALUES (70000)"))
      finally:
        done.set()
      for result in results:
        result.result()
    return wrong

  def test_queries(self, server, tables):
    def read(client: RawClient, t: str) -> list:
      return client.query(f"SELECT i FROM {t} WHERE i < 100").column(0).to_pylist()

    assert self.growing(server, tables, read) == []

  def test_prepared_queries(self, server, tables):
    def read(client: RawClient, t: str) -> list:
      handle = client.prepare(f"SELECT i FROM {t} WHERE i < 100").handle
      try:
        return [row["i"] for row in rows(client, Command.prepared_query(handle))]
      finally:
        client.close_prepared(handle)

    assert self.growing(server, tables, read) == []

  def test_variables(self, server, tables):
    def read(client: RawClient, t: str) -> list:
      client.update(Command.update(f"SET VARIABLE low = (SELECT count(*) FROM {t} WHERE i < 100)"))
      return client.query("SELECT getvariable('low')").column(0).to_pylist()

    assert self.growing(server, tables, read) == []

  def test_deletes(self, server, tables):
    """Each may remove nothing but the row that its filter names."""

    def read(client: RawClient, t: str) -> list:
      with contextlib.suppress(grpc.RpcError):  # Another may be removing the same row.
        client.update(Command.update(f"DELETE FROM {t} WHERE i < 100"))
      return []

    self.growing(server, tables, read)
    with RawClient(server.address) as client:
      left = client.rows(" UNION ALL ".join(f"SELECT i FROM {t}" for t in tables))
    assert [row for row in left if row != (1,)] == [(70000,)] * self.TABLES
