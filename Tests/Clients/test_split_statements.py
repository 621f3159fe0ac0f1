"""Statements of which DuckDB makes several."""

from __future__ import annotations

import grpc
import pytest

from support.flightsql import Command, RawClient, table


@pytest.fixture
def session(server):
  """A connection, and so a session, of the test's own."""
  with RawClient(server.address) as opened:
    yield opened


class TestPivot:
  """Of a PIVOT whose columns depend on the data DuckDB makes several statements, one of them a type."""

  @pytest.fixture
  def pivoted(self, session, name) -> str:
    session.query(f"CREATE TABLE {name} AS SELECT i % 2 AS k, i FROM range(4) AS r(i)")
    return f"PIVOT {name} ON k USING sum(i)"

  def test_preparing_leaves_nothing(self, session, pivoted):
    session.prepare(pivoted)
    session.schema_bytes(Command.query(pivoted))
    types = "SELECT count(*) FROM duckdb_types() WHERE contains(type_name, 'pivot')"
    assert session.rows(types) == [(0,)]

  def test_preparing_writes_nothing(self, session, name):
    session.query(f"CREATE SEQUENCE {name}")
    session.prepare(f"PIVOT (SELECT nextval('{name}') AS n) ON n USING count(*)")
    assert session.rows(f"SELECT nextval('{name}')") == [(1,)]

  def test_preparing_creates_no_table(self, session, pivoted, name):
    session.prepare(f"CREATE TABLE {name}_copy AS {pivoted}")
    session.query(f"CREATE TABLE {name}_copy AS {pivoted}")
    assert session.rows(f"FROM {name}_copy") == [(2, 4)]

  @pytest.mark.parametrize("before", ["", "SELECT 1; "])
  def test_its_data_change_before_the_fetch(self, server, session, pivoted, name, before: str):
    (ticket,) = session.flight_info(Command.query(before + pivoted)).tickets
    with RawClient(server.address) as other:
      other.update(Command.update(f"INSERT INTO {name} VALUES (1, 10)"))
    # As they were when it was announced, or as they are.
    assert table(session.messages(ticket)).to_pylist() in ([{"0": 2, "1": 4}], [{"0": 2, "1": 14}])

  def test_it_is_prepared_by_sql(self, session, pivoted, name):
    session.query(f"PREPARE {name}_q AS {pivoted}")
    assert session.rows(f"EXECUTE {name}_q") == [(2, 4)]
    session.query(f"INSERT INTO {name} VALUES (1, 10)")
    assert session.rows(f"EXECUTE {name}_q") == [(2, 14)]

  def test_it_is_prepared_by_sql_with_values(self, session, pivoted, name):
    session.query(f"PREPARE {name}_q AS PIVOT {name} ON k USING sum(i + ?)")
    assert session.rows(f"EXECUTE {name}_q(1)") == [(4, 6)]
    assert session.rows(f"EXECUTE {name}_q(2)") == [(6, 8)]


class TestComputedDefault:
  """Of an ALTER whose default isn't constant DuckDB makes several statements."""

  @pytest.mark.parametrize("before, after", [("", ""), ("SELECT 1; ", ""), ("", "; SELECT 1")])
  def test_the_column_is_there_in_whole_or_not_at_all(self, session, name, before: str, after: str):
    session.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
    column = f"{before}ALTER TABLE {name} ADD COLUMN b INTEGER DEFAULT"
    failing = f"{column} (CASE WHEN random() < 2 THEN error('no') END)::INTEGER{after}"
    for run_it in (session.query, lambda sql: session.update(Command.update(sql))):
      with pytest.raises(grpc.RpcError, match="no"):
        run_it(failing)
      assert session.rows(f"FROM {name}") == [(1,)]
    session.query(f"{column} (1 + floor(random()))::INTEGER{after}")
    session.query(f"INSERT INTO {name} (a) VALUES (2)")
    assert session.rows(f"FROM {name} ORDER BY a") == [(1, 1), (2, 1)]

  def test_a_rollback_undoes_it(self, session, name):
    session.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
    session.query("BEGIN")
    session.query(f"ALTER TABLE {name} ADD COLUMN b DOUBLE DEFAULT random()")
    session.query("ROLLBACK")
    assert session.rows(f"FROM {name}") == [(1,)]
