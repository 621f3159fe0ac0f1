"""A statement that was planned before the data changed sees the data as they are.

DuckDB 1.5.5 plans by the tables' statistics (minima, maxima, NULLs, lengths) and executes such a
plan again, or later, without asking whether they still hold: filters vanish and values are cut.
"""

from __future__ import annotations

import pytest

from support.flightsql import Command, RawClient, table

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
