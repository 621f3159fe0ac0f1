"""Columns of a lake whose type has changed, of which DuckLake's statistics are still those of before."""

from __future__ import annotations

import pytest

from support.flightsql import RawClient, run


@pytest.fixture
def raw(start, tmp_path):
  server = start("--ducklake-data-path", f"{tmp_path}/data/")
  with RawClient(server.address) as opened:
    yield opened


@pytest.fixture
def widened(raw):
  run(raw, "CREATE TABLE t (a TINYINT)", "INSERT INTO t VALUES (1), (2), (100)")
  assert raw.rows("SELECT sum(a)::INTEGER FROM t") == [(103,)]
  run(raw, "ALTER TABLE t ALTER a TYPE INTEGER")
  return raw


@pytest.mark.parametrize(
  ("sql", "expected"),
  [
    ("SELECT a FROM t WHERE a = 100", [(100,)]),
    ("SELECT x.a FROM t x JOIN t y USING (a) ORDER BY a", [(1,), (2,), (100,)]),
    ("SELECT a, count(*) FROM t GROUP BY a ORDER BY a", [(1, 1), (2, 1), (100, 1)]),
    ("SELECT min(a), max(a) FROM t", [(1, 100)]),
  ],
)
def test_queries_find_all_rows(widened, sql: str, expected):
  assert widened.rows(sql) == expected


def test_a_removal_takes_none_that_it_is_not_for(widened):
  run(widened, "DELETE FROM t WHERE a NOT IN (SELECT a FROM t WHERE a < 1000)")
  assert widened.rows("SELECT count(*) FROM t") == [(3,)]


@pytest.mark.parametrize(
  ("before", "after", "value", "condition"),
  [
    ("FLOAT", "DOUBLE", "0.1", "a = 0.1::FLOAT::DOUBLE"),
    ("TINYINT", "BIGINT", "2", "a IN (2, 100)"),
    ("TINYINT", "INTEGER", "2", "a = 2"),
  ],
)
def test_history_from_before_the_change_can_be_read(raw, before, after, value, condition):
  run(raw, f"CREATE TABLE h (a {before})", f"INSERT INTO h VALUES ({value})")
  ((old,),) = raw.rows("SELECT id FROM lakehouse.current_snapshot()")
  run(raw, f"ALTER TABLE h ALTER a TYPE {after}", f"INSERT INTO h VALUES ({value})")
  assert raw.rows(f"SELECT count(*) FROM h AT (VERSION => {old}) WHERE {condition}") == [(1,)]
  assert raw.rows("SELECT count(*) FROM h") == [(2,)]
