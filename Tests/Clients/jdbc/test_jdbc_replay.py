"""A JDBC program's calls, replayed: connections, statements, parameters."""

from __future__ import annotations

import datetime
from decimal import Decimal

import grpc
import pytest

from support.jdbc import Connection

# The driver writes milliseconds into the announced vector, whatever its unit: see `vector`.
QUERY = ["DoAction", "GetFlightInfo", "DoGet"]
UPDATE = ["DoAction", "DoPut"]
BOUND_QUERY = ["DoAction", "DoPut", "GetFlightInfo", "DoGet"]


@pytest.fixture
def jdbc(server):
  with Connection(server.address) as opened:
    yield opened


@pytest.fixture
def statement(jdbc):
  with jdbc.create_statement() as opened:
    yield opened


def test_connecting_without_credentials_calls_nothing(server):
  with Connection(server.address) as connection:
    assert connection.calls == []


def test_a_session_is_kept_by_its_cookie(jdbc, statement):
  statement.execute_update("CREATE TEMP TABLE mine AS SELECT 7 AS a")
  assert set(jdbc.cookies) == {"arrow_flight_session_id"}
  before = dict(jdbc.cookies)
  with jdbc.create_statement() as other:
    assert other.execute_query("SELECT a FROM mine") == [(7,)]
  assert jdbc.cookies == before


def test_a_user_logs_in_and_goes_on_with_the_bearer_token(server):
  with Connection(server.address, user="someone", password="päß:word") as connection:
    assert connection.calls == ["Handshake"]
    assert connection.credential.startswith("Bearer ")
    with connection.create_statement() as statement:
      statement.execute_update("SET VARIABLE v = 1")
      assert statement.execute_query("SELECT getvariable('v') AS v") == [(1,)]


def test_a_token_is_shown_to_the_handshake(server):
  with Connection(server.address, token="anything") as connection:
    assert connection.calls == ["Handshake"]
    with connection.create_statement() as statement:
      assert statement.execute_query("SELECT 42") == [(42,)]


def test_unknown_properties_are_headers(server):
  with Connection(server.address, applicationName="Reports", Database="x") as connection:
    assert connection.headers == {"applicationname": "Reports", "database": "x"}
    with connection.create_statement() as statement:
      assert statement.execute_query("SELECT 42") == [(42,)]


def test_a_catalog_is_set_at_connect_and_the_session_closed(server, statement, name):
  statement.execute_update(f"ATTACH ':memory:' AS {name}")
  with Connection(server.address, catalog=name) as connection:
    with connection.create_statement() as inside:
      assert inside.execute_query("SELECT current_catalog()") == [(name,)]
      inside.execute_update("CREATE TABLE t AS SELECT 1 AS a")
    connection.set_catalog("memory")
    with connection.create_statement() as inside:
      assert inside.execute_query("SELECT current_catalog()") == [("memory",)]
  assert connection.calls[0] == connection.calls[-1] == "DoAction"
  assert statement.execute_query(f"SELECT a FROM {name}.t") == [(1,)]


def test_a_catalog_that_does_not_exist(server):
  with pytest.raises(Exception, match="Cannot set session option for catalog"):
    Connection(server.address, catalog="nosuch")


def test_a_query_is_prepared_described_and_fetched(jdbc):
  with jdbc.create_statement() as statement:
    found = statement.execute_query("SELECT i, 'row ' || i AS s FROM range(3) AS rows(i)")
    assert found == [(0, "row 0"), (1, "row 1"), (2, "row 2")]
    assert jdbc.calls == QUERY
  assert jdbc.calls == [*QUERY, "DoAction"], "closed"


@pytest.mark.parametrize("sql", ["SHOW TABLES", "EXPLAIN SELECT 1", "PRAGMA version", "VALUES (1)"])
def test_other_statements_with_results_are_queries(statement, sql: str):
  assert statement.execute_query(sql) is not None


def test_updates_are_recognised_and_counted(jdbc, name):
  with jdbc.create_statement() as statement:
    assert statement.execute_update(f"CREATE TABLE {name} (a INTEGER)") == 0
    assert jdbc.calls == UPDATE
    assert statement.execute_update(f"INSERT INTO {name} VALUES (1), (2), (3)") == 3
    assert statement.execute_update(f"UPDATE {name} SET a = a + 10 WHERE a > 1") == 2
    assert statement.execute_update(f"DELETE FROM {name} WHERE a = 1") == 1
    assert statement.execute_update("SET VARIABLE v = 1") in (0, -1)
    assert statement.execute_query(f"SELECT a FROM {name} ORDER BY a") == [(12,), (13,)]
    assert statement.execute_update(f"DROP TABLE {name}") == 0


def test_insert_returning_is_a_query_and_runs_once(statement, name):
  statement.execute_update(f"CREATE TABLE {name} (a INTEGER)")
  inserted = statement.execute_query(f"INSERT INTO {name} VALUES (1), (2) RETURNING a * 10 AS b")
  assert inserted == [(10,), (20,)]
  assert statement.execute_query(f"SELECT count(*) FROM {name}") == [(2,)]


def test_begin_and_rollback_are_text(server, statement, name):
  statement.execute_update(f"CREATE TABLE {name} (a INTEGER)")
  for ending, expected in (("ROLLBACK", []), ("COMMIT", [(1,)])):
    statement.execute_update("BEGIN TRANSACTION")
    assert statement.execute_update(f"INSERT INTO {name} VALUES (1)") == 1
    assert statement.execute_query(f"SELECT a FROM {name}") == [(1,)]
    statement.execute_update(ending)
    with Connection(server.address) as other, other.create_statement() as watcher:
      assert watcher.execute_query(f"SELECT a FROM {name}") == expected


@pytest.mark.parametrize("sql, fragment", [("SELEC 1", "SELEC"), ("FROM nosuch", "nosuch")])
def test_an_error_appears_when_preparing(jdbc, statement, sql: str, fragment: str):
  with pytest.raises(grpc.RpcError, match=fragment):
    jdbc.create_statement().execute(sql)
  assert jdbc.calls == ["DoAction"]
  assert statement.execute_query("SELECT 42") == [(42,)]


def test_columns_show_their_own_names_and_values(statement):
  (row,) = statement.execute_query(
    "SELECT 'b'::ENUM ('a', 'b') AS e, ['x'::ENUM ('x')] AS l, {'k': 1} AS s, MAP {'k': 1} AS m, "
    "DATE '2024-02-29' AS d, TIMESTAMP '2024-02-29 12:34:56.789' AS t, 1.50::DECIMAL(9, 2) AS n, "
    "TIME '12:34:56' AS c, 'ab'::BLOB AS b, NULL AS z"
  )
  assert row == (
    "b", ["x"], {"k": 1}, [("k", 1)], datetime.date(2024, 2, 29),
    datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), Decimal("1.50"),
    datetime.time(12, 34, 56), b"ab", None,
  )


def test_a_statement_runs_more_texts_than_a_session_keeps_handles(jdbc):
  """The driver never closes the handles of a statement's earlier texts."""
  with jdbc.create_statement() as statement:
    for number in range(1_100):
      assert statement.execute_query(f"SELECT {number}") == [(number,)]


@pytest.mark.parametrize(
  "sql_type, value",
  [
    ("BOOLEAN", True),
    ("TINYINT", -128),
    ("SMALLINT", 32767),
    ("INTEGER", -(2**31)),
    ("BIGINT", 2**63 - 1),
    ("UINTEGER", 2**31 - 1),
    ("FLOAT", 0.5),
    ("DOUBLE", 1e300),
    ("DECIMAL(18, 3)", Decimal("-123456789012345.678")),
    ("DECIMAL(38, 0)", Decimal(10**37)),
    ("VARCHAR", "Grüße 🦆"),
    ("VARCHAR", ""),
    ("BLOB", b"\x00\xff"),
    ("DATE", datetime.date(1969, 12, 31)),
    ("TIME", datetime.time(23, 59, 59, 999000)),
    ("TIMESTAMP", datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)),
    ("TIMESTAMP", datetime.datetime(1900, 1, 1)),
    ("TIMESTAMP_S", datetime.datetime(2024, 2, 29, 12, 34, 56)),
    ("TIMESTAMP_MS", datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)),
    ("TIMESTAMP_NS", datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)),
    ("INTEGER[]", [1, 2, 3]),
  ],
)
def test_a_parameter_of_each_type(jdbc, statement, name, sql_type: str, value):
  """Also that a timestamp, which the driver sends as bare milliseconds, means what it should."""
  statement.execute_update(f"CREATE TABLE {name} (id INTEGER, v {sql_type})")
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?, ?)") as insert:
    assert all(field.nullable for field in insert.parameter_schema)
    assert insert.execute_update(1, value) == 1
    assert insert.execute_update(2, None) == 1
  with jdbc.prepare_statement(f"SELECT id, v FROM {name} WHERE v = ? ORDER BY id") as select:
    assert select.execute_query(value) == [(1, value)]
  assert statement.execute_query(f"SELECT v FROM {name} ORDER BY id") == [(value,), (None,)]


def test_a_timestamp_with_milliseconds_for_a_column_of_seconds(jdbc, statement, name):
  statement.execute_update(f"CREATE TABLE {name} (v TIMESTAMP_S)")
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?)") as insert:
    insert.execute_update(datetime.datetime(2024, 2, 29, 12, 34, 56, 789000))
  found = statement.execute_query(f"SELECT v FROM {name}")
  assert found == [(datetime.datetime(2024, 2, 29, 12, 34, 57),)]


@pytest.mark.parametrize(
  "sql, value, result",
  [
    ("SELECT ? IS NULL", None, True),
    ("SELECT concat(?, 'b')", "a", "ab"),
    ("SELECT count(*) FROM range(9) AS r(i) WHERE ? IS NULL OR i < 3", "x", 3),
  ],
)
def test_a_query_is_told_from_an_update_before_its_values_are_bound(jdbc, sql: str, value, result):
  """Driver 19.0 executes what is prepared without columns as an update."""
  with jdbc.prepare_statement(sql) as select:
    assert not select.prepared.is_update
    assert select.execute_query(value) == [(result,)]


def test_a_timestamp_with_time_zone(jdbc, statement, name):
  at = datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)
  statement.execute_update(f"CREATE TABLE {name} (v TIMESTAMP WITH TIME ZONE)")
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?)") as insert:
    insert.execute_update(at)
  ((found,),) = statement.execute_query(f"SELECT v FROM {name}")
  assert found == at.replace(tzinfo=datetime.UTC)


def test_a_timestamp_bound_as_text(jdbc):
  with jdbc.prepare_statement("SELECT ?::VARCHAR::TIMESTAMP AS v") as select:
    found = select.execute_query("2024-02-29 12:34:56.789123")
    assert found == [(datetime.datetime(2024, 2, 29, 12, 34, 56, 789123),)]


def test_a_uuid_and_an_enum_are_bound_as_text(jdbc, statement, name):
  value = "0190b8a2-7c4e-7000-8000-0123456789ab"
  statement.execute_update(f"CREATE TABLE {name} (u UUID, e ENUM ('a', 'b'))")
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?, ?)") as insert:
    assert insert.execute_update(value, "b") == 1
  with jdbc.prepare_statement(f"SELECT u, e FROM {name} WHERE u = ?") as select:
    assert select.execute_query(value) == [(value, "b")]


def test_a_parameter_without_a_type_takes_text(jdbc):
  with jdbc.prepare_statement("SELECT ? AS v") as select:
    assert select.execute_query("some text") == [("some text",)]
    assert select.execute_query(None) == [(None,)]


def test_a_bound_query_sends_its_parameters_first(jdbc):
  with jdbc.prepare_statement("SELECT ?::INTEGER + ?::INTEGER AS v") as select:
    assert select.execute_query(40, 2) == [(42,)]
    assert jdbc.calls == BOUND_QUERY
    assert select.execute_query(1, 2) == [(3,)], "bound anew"
    assert jdbc.calls == [*BOUND_QUERY, *BOUND_QUERY[1:]]


def test_a_batch_is_one_put_with_one_count(jdbc, statement, name):
  statement.execute_update(f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  rows = [(number, None if number % 7 == 0 else f"row {number}") for number in range(3_000)]
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?, ?)") as insert:
    before = len(jdbc.calls)
    assert insert.execute_batch(rows) == 3_000
    assert jdbc.calls[before:] == ["DoPut"]
  assert statement.execute_query(f"SELECT a, b FROM {name} ORDER BY a") == rows


def test_a_batch_that_fails_changes_nothing(jdbc, statement, name):
  statement.execute_update(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)")
  with jdbc.prepare_statement(f"INSERT INTO {name} VALUES (?)") as insert:
    with pytest.raises(grpc.RpcError, match="(?i)duplicate key"):
      insert.execute_batch([(1,), (2,), (1,)])
    assert statement.execute_query(f"SELECT count(*) FROM {name}") == [(0,)]
    assert insert.execute_batch([(1,), (2,)]) == 2


def test_a_prepared_statement_without_parameters(jdbc, name):
  with jdbc.prepare_statement(f"CREATE TABLE {name} AS SELECT 5 AS a") as create:
    create.execute_update()
  with jdbc.prepare_statement(f"SELECT a FROM {name}") as select:
    assert select.execute_query() == [(5,)]
    assert select.execute_query() == [(5,)]
    assert "DoPut" not in jdbc.calls[3:]


def test_the_demo(server, name):
  """What clients/jdbc does: list, create, insert five rows prepared, read them back."""
  started = datetime.datetime(2024, 5, 6, 7, 8, 9, 123000)
  entries = [
    (number, f"name {number}", f"description {number}", number * 1.5,
     started + datetime.timedelta(minutes=number))
    for number in range(1, 6)
  ]
  table = f"memory.main.{name}"
  with Connection(server.address, user="lakehouse", password="secret") as connection:
    assert "memory" in connection.metadata.catalogs()
    assert ("memory", "main") in connection.metadata.schemas()
    with connection.create_statement() as statement:
      statement.execute_update(
        f"CREATE TABLE IF NOT EXISTS {table} "
        "(id INTEGER, name TEXT, description TEXT, value DOUBLE, created_at TIMESTAMP)"
      )
    with connection.prepare_statement(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)") as insert:
      assert [insert.execute_update(*entry) for entry in entries] == [1] * 5
    with connection.create_statement() as statement:
      found = statement.execute_query(
        f"SELECT id, name, description, value, created_at FROM {table} ORDER BY id"
      )
  assert found == entries
