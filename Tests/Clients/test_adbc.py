"""Everyday work through ADBC's Flight SQL driver."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa
import pytest

DRIVER_ERRORS = (adbc.Error, pa.ArrowException, OSError)


def test_fetchall(cursor):
  cursor.execute("SELECT i, 'row ' || i FROM range(3) AS rows(i)")
  assert cursor.fetchall() == [(0, "row 0"), (1, "row 1"), (2, "row 2")]
  assert [column[0] for column in cursor.description] == ["i", "('row ' || i)"]


def test_fetchone_and_fetchmany(cursor):
  cursor.execute("SELECT i FROM range(5) AS rows(i)")
  assert cursor.fetchone() == (0,)
  assert cursor.fetchmany(3) == [(1,), (2,), (3,)]
  assert cursor.fetchall() == [(4,)]
  assert cursor.fetchone() is None


def test_fetch_arrow_table(cursor):
  cursor.execute("SELECT i, i * 2 AS j FROM range(100000) AS rows(i)")
  found = cursor.fetch_arrow_table()
  assert found.schema == pa.schema([("i", pa.int64()), ("j", pa.int64())])
  assert found.column("j").to_pylist() == list(range(0, 200000, 2))


def test_fetch_record_batch(cursor):
  cursor.execute("SELECT i FROM range(1000000) AS rows(i)")
  reader = cursor.fetch_record_batch()
  assert sum(batch.num_rows for batch in reader) == 1_000_000


def test_an_empty_result_has_its_schema(cursor):
  cursor.execute("SELECT 1 AS a, 'x' AS b WHERE false")
  assert cursor.fetch_arrow_table().schema == pa.schema([("a", pa.int32()), ("b", pa.string())])


def test_a_result_left_half_read_does_not_hinder_the_next(connection):
  for _ in range(5):
    with connection.cursor() as cursor:
      cursor.execute("SELECT i FROM range(20000000) AS rows(i)")
      assert cursor.fetchone() == (0,)
  with connection.cursor() as cursor:
    cursor.execute("SELECT 42")
    assert cursor.fetchone() == (42,)


def test_five_hundred_queries_on_one_connection(connection):
  for number in range(500):
    with connection.cursor() as cursor:
      cursor.execute(f"SELECT {number}")
      assert cursor.fetchone() == (number,)


def test_one_cursor_runs_one_statement_after_another(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  cursor.execute(f"INSERT INTO {name} VALUES (1, 'one'), (2, 'two')")
  cursor.execute(f"UPDATE {name} SET b = upper(b) WHERE a = 2")
  cursor.execute(f"SELECT * FROM {name} ORDER BY a")
  assert cursor.fetchall() == [(1, "one"), (2, "TWO")]
  cursor.execute(f"DELETE FROM {name}")
  cursor.execute(f"SELECT count(*) FROM {name}")
  assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("fetch", ["nothing", "fetchall", "fetch_arrow_table", "close"])
def test_a_write_runs_exactly_once_whatever_is_fetched(connection, name, fetch: str):
  with connection.cursor() as cursor:
    cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
  for _ in range(3):
    cursor = connection.cursor()
    cursor.execute(f"INSERT INTO {name} VALUES (1)")
    if fetch not in ("nothing", "close"):
      try:
        getattr(cursor, fetch)()
      except DRIVER_ERRORS:
        assert fetch != "fetch_arrow_table", "the driver has a result only where it asked for one"
    cursor.close()
  with connection.cursor() as cursor:
    cursor.execute(f"SELECT count(*) FROM {name}")
    assert cursor.fetchone() == (3,)


def test_a_write_reports_its_row_count(cursor, name):
  cursor.execute(f"CREATE TABLE {name} AS SELECT i FROM range(10) AS rows(i)")
  cursor.execute(f"DELETE FROM {name} WHERE i < 4")
  assert cursor.rowcount in (4, -1)
  cursor.execute(f"SELECT count(*) FROM {name}")
  assert cursor.fetchone() == (6,)


def test_insert_returning_runs_once_and_returns_its_rows(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
  cursor.execute(f"INSERT INTO {name} VALUES (1), (2) RETURNING a * 10 AS b")
  assert cursor.fetchall() == [(10,), (20,)]
  cursor.execute(f"SELECT count(*) FROM {name}")
  assert cursor.fetchone() == (2,)


def test_a_script(cursor, name):
  cursor.executescript(
    f"CREATE TABLE {name} (a INTEGER); -- a comment; with a semicolon\n"
    f"INSERT INTO {name} VALUES (1); INSERT INTO {name} VALUES (2);"
  )
  cursor.execute(f"SELECT sum(a)::INTEGER FROM {name}")
  assert cursor.fetchone() == (3,)


def test_two_cursors_overlap(connection):
  with connection.cursor() as first, connection.cursor() as second:
    first.execute("SELECT i FROM range(3000000) AS rows(i)")
    readers = [first.fetch_record_batch()]
    begins = [readers[0].read_next_batch()]
    second.execute("SELECT -i FROM range(3000000) AS rows(i)")
    readers.append(second.fetch_record_batch())
    begins.append(readers[1].read_next_batch())
    for reader, begin, sign in zip(readers, begins, (1, -1)):
      found = pa.Table.from_batches([begin, *reader]).column(0).combine_chunks()
      assert found.equals(pa.array(range(0, sign * 3_000_000, sign), pa.int64()))


def test_a_cursor_writes_while_another_reads(connection, name):
  with connection.cursor() as reader, connection.cursor() as writer:
    writer.execute(f"CREATE TABLE {name} AS SELECT i FROM range(3000000) AS rows(i)")
    reader.execute(f"SELECT i FROM {name}")
    batches = reader.fetch_record_batch()
    row_count = batches.read_next_batch().num_rows
    writer.execute(f"INSERT INTO {name} VALUES (-1)")
    writer.execute(f"SELECT count(*) FROM {name}")
    assert writer.fetchone() == (3_000_001,)
    assert row_count + sum(batch.num_rows for batch in batches) == 3_000_000, "as it was before"


@pytest.mark.parametrize(
  "sql, kind, fragment",
  [
    ("SELEC 1", adbc.ProgrammingError, "SELEC"),
    ("SELECT nosuch", adbc.ProgrammingError, "nosuch"),
    ("SELECT * FROM nosuch_table", adbc.ProgrammingError, "nosuch_table"),
    ("SELECT CAST('abc' AS INTEGER)", adbc.ProgrammingError, "abc"),
    ("-- nothing but a comment", adbc.ProgrammingError, "(?i)statement"),
  ],
)
def test_errors(connection, sql: str, kind: type, fragment: str):
  with connection.cursor() as cursor, pytest.raises(kind, match=fragment):
    cursor.execute(sql)
    cursor.fetchall()
  with connection.cursor() as cursor:
    cursor.execute("SELECT 42")
    assert cursor.fetchone() == (42,)


def test_an_error_in_the_middle_of_a_result(one_thread):
  limit = 2_000_000
  boom = f"CASE WHEN i = {limit} THEN error('boom ' || i) ELSE i END"
  with (
    adbc.connect(one_thread.uri, autocommit=True) as connection,
    connection.cursor() as cursor,
    pytest.raises(DRIVER_ERRORS, match=f"boom {limit}"),
  ):
    cursor.execute(f"SELECT {boom} AS i FROM range({limit + 10}) AS rows(i)")
    for _ in cursor.fetch_record_batch():
      pass


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
def test_a_connection_opened_without_a_word_on_autocommit(server, name):
  with adbc.connect(server.uri) as opened, opened.cursor() as cursor:
    cursor.execute(f"CREATE TABLE {name} AS SELECT 1 AS a")
    cursor.execute(f"SELECT a FROM {name}")
    assert cursor.fetchall() == [(1,)]


def test_ten_million_rows(cursor):
  cursor.execute("SELECT i, i % 100 AS j FROM range(10000000) AS rows(i)")
  assert sum(batch.num_rows for batch in cursor.fetch_record_batch()) == 10_000_000
