"""Files of a lake are merged and rewritten by clients: no row is lost, comes back, or is there twice."""

from __future__ import annotations

import threading

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pytest

from support.flightsql import Command, RawClient, run
from support.server import Server

MERGED = [("main", "t", 4, 1)]
REWRITTEN = [("main", "t", 1, 1)]


@pytest.fixture(params=["file", "postgres"])
def server(request, start, tmp_path) -> Server:
  """A server of a lake with its catalog in a file, or in PostgreSQL."""
  if request.param == "file":
    return start("--ducklake-data-path", f"{tmp_path}/data/")
  cluster, database = (request.getfixturevalue(name) for name in ("cluster", "database"))
  return start(
    *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )


@pytest.fixture
def raw(server):
  with RawClient(server.address) as client:
    run(client, "CREATE TABLE t (a INTEGER)", *[f"INSERT INTO t VALUES ({a})" for a in range(4)])
    yield client


@pytest.fixture
def cursor(server, raw):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    yield cursor


def values(raw: RawClient) -> list[int]:
  return [a for (a,) in raw.rows("SELECT a FROM t ORDER BY a")]


def file_counts(raw: RawClient) -> tuple[int, int]:
  (counts,) = raw.rows("SELECT file_count, delete_file_count FROM lakehouse.table_info() WHERE table_name = 't'")
  return counts


@pytest.mark.parametrize(
  ("sql", "values_bound"),
  [
    ("CALL ducklake_merge_adjacent_files('lakehouse', 't')", None),
    ("CALL ducklake_merge_adjacent_files('lakehouse', ?)", ("t",)),
    ("CALL ducklake_merge_adjacent_files(?, $2, schema => 'main')".replace("?", "$1"), ("lakehouse", "t")),
    ("SELECT * FROM ducklake_merge_adjacent_files(?, 't')", ("lakehouse",)),
  ],
)
def test_files_are_merged_and_the_counts_come_back(raw, cursor, sql, values_bound):
  cursor.execute(sql, values_bound)
  assert cursor.fetchall() == MERGED
  assert file_counts(raw) == (1, 0)
  assert values(raw) == [0, 1, 2, 3]


@pytest.mark.parametrize(
  ("sql", "values_bound"),
  [
    ("CALL ducklake_rewrite_data_files('lakehouse', 't', delete_threshold => 0)", None),
    ("CALL ducklake_rewrite_data_files('lakehouse', 't', delete_threshold => ?)", (0.0,)),
    ("FROM ducklake_rewrite_data_files('lakehouse', ?, delete_threshold => 0)", ("t",)),
  ],
)
def test_files_with_deleted_rows_are_rewritten(raw, cursor, sql, values_bound):
  run(raw, "CREATE OR REPLACE TABLE t AS SELECT range::INTEGER AS a FROM range(9)")
  run(raw, "DELETE FROM t WHERE a < 3", "DELETE FROM t WHERE a < 5")
  cursor.execute(sql, values_bound)
  assert cursor.fetchall() == REWRITTEN
  assert file_counts(raw) == (1, 0)
  assert values(raw) == [5, 6, 7, 8]


def test_what_was_deleted_since_it_was_prepared_stays_deleted(raw, cursor):
  """A client prepares once and executes again and again."""
  prepared = raw.prepare("CALL ducklake_merge_adjacent_files('lakehouse', 't')")
  for _ in range(3):
    run(raw, "DELETE FROM t WHERE a = (SELECT max(a) FROM t)", "INSERT INTO t VALUES (-1), (-2)")
    run(raw, "INSERT INTO t VALUES (-3)")
    expected = values(raw)
    raw.update(Command.prepared_update(prepared.handle))
    assert values(raw) == expected


@pytest.mark.parametrize(
  "sql",
  [
    "CALL ducklake_merge_adjacent_files('lakehouse', 't')",
    "FROM ducklake_merge_adjacent_files('lakehouse', 't')",
    "CALL ducklake_rewrite_data_files('lakehouse', 't', delete_threshold => 0)",
  ],
)
def test_beside_deletions_nothing_comes_back(server, raw, sql):
  """Bound values, so that compiling and executing are two calls."""
  count = 40
  run(raw, f"INSERT INTO t SELECT range::INTEGER FROM range(4, {count})")
  stop, errors = threading.Event(), []

  def rewrite() -> None:
    with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
      while not stop.is_set():
        try:
          cursor.execute(sql.replace("'t'", "?"), ("t",))
        except adbc.Error as error:
          if "onflict" not in str(error):
            errors.append(error)

  thread = threading.Thread(target=rewrite)
  thread.start()
  kept = set(range(count))
  try:
    for a in range(count):
      try:
        run(raw, f"DELETE FROM t WHERE a = {a}", f"INSERT INTO t VALUES ({1000 + a})")
        kept = kept - {a} | {1000 + a}
      except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.ABORTED, error
        # Which of the two it was shows below.
        kept = set(values(raw))
        assert kept <= set(range(a, count)) | {1000 + n for n in range(a + 1)}
      assert values(raw) == sorted(kept)
  finally:
    stop.set()
    thread.join()
  assert errors == []


@pytest.mark.parametrize(
  "statements",
  [
    ["BEGIN", "CALL ducklake_merge_adjacent_files('lakehouse', 't')"] * 1
    + ["CALL ducklake_merge_adjacent_files('lakehouse', 't')"],
    ["FROM ducklake_merge_adjacent_files('lakehouse', 't') UNION ALL "
     "FROM ducklake_merge_adjacent_files('lakehouse', 't')"],
    ["PREPARE p AS FROM ducklake_merge_adjacent_files('lakehouse', 't')"],
    ["CREATE VIEW v AS FROM ducklake_merge_adjacent_files('lakehouse', 't')"],
    ["CREATE MACRO m() AS TABLE FROM ducklake_merge_adjacent_files('lakehouse', 't')"],
  ],
)
def test_what_would_write_rows_twice_is_refused(raw, statements):
  *before, last = statements
  run(raw, *before)
  with pytest.raises(grpc.RpcError, match="write their rows twice") as caught:
    run(raw, last)
  assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
  if before:
    run(raw, "COMMIT")
  assert values(raw) == [0, 1, 2, 3]
  run(raw, "CALL ducklake_merge_adjacent_files('lakehouse', 't')")
  run(raw, "CALL ducklake_merge_adjacent_files('lakehouse', 't')")
  assert values(raw) == [0, 1, 2, 3]


def test_many_rows_of_values_are_refused(raw, cursor):
  with pytest.raises(adbc.Error, match="write their rows twice"):
    cursor.executemany("CALL ducklake_merge_adjacent_files('lakehouse', ?)", [("t",), ("t",)])
  assert values(raw) == [0, 1, 2, 3]


def test_a_transaction_that_has_merged_conflicts_with_a_deletion(server, raw):
  run(raw, "BEGIN", "CALL ducklake_merge_adjacent_files('lakehouse', 't')")
  with RawClient(server.address) as other:
    run(other, "DELETE FROM t WHERE a = 1")
    with pytest.raises(grpc.RpcError) as caught:
      run(raw, "COMMIT")
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert values(other) == [0, 2, 3]
