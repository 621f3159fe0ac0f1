"""DuckDB's statement forms, each as it works in DuckDB's own shell."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, bare_schema, table

QUERIES = {
  "trailing semicolon": "SELECT 1 AS a;",
  "several semicolons": "SELECT 1 AS a;;;  ;\n",
  "comment before": "-- a comment; with a semicolon\nSELECT 1 AS a",
  "comment after": "SELECT 1 AS a -- a comment",
  "comment after the semicolon": "SELECT 1 AS a; -- a comment\n/* and another */",
  "block comment": "/* one; /* two */ */ SELECT /* three */ 1 AS a",
  "semicolon in a string": "SELECT 'a;b''--c' AS a, ';' AS \"x;y\"",
  "dollar quotes": "SELECT $$it's; here$$ AS a, $tag$a $$ b$tag$ AS b",
  "several statements": "SELECT 1 AS a; SELECT 2 AS b; SELECT 3 AS c",
  "values": "VALUES (1, 'a'), (2, NULL)",
  "from first": "FROM range(3) AS rows(i)",
  "from first with select": "FROM range(3) AS rows(i) SELECT i + 1 AS j",
  "with": "WITH a AS (SELECT 1 AS i) SELECT * FROM a",
  "recursive with": "WITH RECURSIVE a AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM a WHERE i < 5) "
  "SELECT * FROM a",
  "materialised with": "WITH a AS MATERIALIZED (SELECT random() AS r) "
  "SELECT count(*) AS n FROM a AS x JOIN a AS y USING (r)",
  "show tables": "SHOW TABLES",
  "show all tables": "SHOW ALL TABLES",
  "describe table": "DESCRIBE sample",
  "describe query": "DESCRIBE SELECT 1 AS a, 'x' AS b",
  "summarize": "SUMMARIZE sample",
  "pragma with result": "PRAGMA table_info('sample')",
  "pragma version": "PRAGMA version",
  "call": "CALL pragma_version()",
  "table function": "SELECT * FROM duckdb_types() WHERE type_name = 'bigint' ORDER BY ALL LIMIT 1",
  "pivot with in": "PIVOT sample ON kind IN ('x', 'y') USING sum(amount) GROUP BY year "
  "ORDER BY year",
  "dynamic pivot": "PIVOT sample ON kind USING sum(amount) GROUP BY year ORDER BY year",
  "dynamic pivot inside": "WITH p AS (PIVOT sample ON kind USING sum(amount) GROUP BY year) "
  "SELECT * FROM p ORDER BY year",
  "unpivot": "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v",
  "qualify": "SELECT * FROM sample QUALIFY row_number() OVER (PARTITION BY kind ORDER BY year) = 1 "
  "ORDER BY ALL",
  "group by all": "SELECT kind, sum(amount) AS s FROM sample GROUP BY ALL ORDER BY ALL",
  "columns": "SELECT min(COLUMNS(*)) FROM sample",
  "positional join": "SELECT * FROM range(2) AS a(i) POSITIONAL JOIN range(3) AS b(j)",
  "asof join": "SELECT s.year, r.i FROM sample AS s ASOF JOIN range(2021, 2030, 2) AS r(i) "
  "ON s.year >= r.i ORDER BY ALL",
  "set operations": "SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b",
  "lambda": "SELECT list_transform([1, 2, 3], lambda x: x * 2) AS l",
  "struct star": "SELECT s.* FROM (SELECT {'a': 1, 'b': 'x'} AS s)",
  "current settings": "SELECT current_setting('TimeZone') AS z, current_schema() AS s",
  "execute": "PREPARE q AS SELECT $1 + 1 AS a; EXECUTE q(41)",
  "variables": "SET VARIABLE v = 41; SELECT getvariable('v') + 1 AS a",
  "show variable": "SET VARIABLE w = 5; SELECT getvariable('w') AS a",
  "macro": "CREATE TEMP MACRO twice(x) AS x * 2; SELECT twice(21) AS a",
  "table macro": "CREATE TEMP MACRO upto(n) AS TABLE SELECT * FROM range(n) AS r(i); FROM upto(3)",
  "temporary table": "CREATE TEMP TABLE mine AS SELECT 1 AS a; INSERT INTO mine VALUES (2); "
  "SELECT * FROM mine ORDER BY a",
  "insert returning": "CREATE TEMP TABLE back (a INTEGER, b VARCHAR DEFAULT 'd'); "
  "INSERT INTO back (a) VALUES (1), (2) RETURNING a, b",
  "update returning": "CREATE TEMP TABLE up AS SELECT i FROM range(3) AS r(i); "
  "UPDATE up SET i = i * 10 WHERE i > 0 RETURNING i",
  "delete returning": "CREATE TEMP TABLE del AS SELECT i FROM range(3) AS r(i); "
  "DELETE FROM del WHERE i > 0 RETURNING *",
  "merge": "CREATE TEMP TABLE m AS SELECT 1 AS id, 'a' AS v; "
  "MERGE INTO m USING (VALUES (1, 'b'), (2, 'c')) AS s(id, v) USING (id) "
  "WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT; SELECT * FROM m ORDER BY id",
  "merge returning": "CREATE TEMP TABLE mr AS SELECT 1 AS id, 'a' AS v; "
  "MERGE INTO mr USING (VALUES (1, 'b')) AS s(id, v) USING (id) "
  "WHEN MATCHED THEN UPDATE RETURNING merge_action, *",
  "alter": "CREATE TEMP TABLE al AS SELECT 1 AS a; ALTER TABLE al ADD COLUMN b INTEGER DEFAULT 7; "
  "SELECT * FROM al",
  "sequence": "CREATE TEMP SEQUENCE sq; SELECT nextval('sq') AS a, nextval('sq') AS b",
  "type": "CREATE TEMP TYPE mood AS ENUM ('sad', 'ok'); SELECT 'ok'::mood::VARCHAR AS a",
  "transaction in one text": "BEGIN; CREATE TEMP TABLE tr AS SELECT 1 AS a; ROLLBACK; "
  "SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'tr'",
  "sample": "SELECT count(*) AS n FROM (SELECT * FROM range(100) USING SAMPLE 10 ROWS)",
  "union type": "SELECT union_value(k := 1) AS u",
}

SAMPLE = (
  "CREATE TABLE IF NOT EXISTS sample AS FROM (VALUES (2020, 'x', 1), (2020, 'y', 2), "
  "(2021, 'x', 3), (2022, 'y', 4)) AS s(year, kind, amount)"
)


@pytest.fixture(scope="module")
def sampled(start_module):
  """A server with the table `sample`, and DuckDB in this process with the same."""
  yield start_module("--init-sql", SAMPLE)


@pytest.fixture
def local():
  with duckdb.connect() as opened:
    opened.execute("SET TimeZone = 'UTC'")
    opened.execute(SAMPLE)
    yield opened


@pytest.fixture
def session(sampled):
  """A connection, and so a session, of the test's own."""
  with RawClient(sampled.address) as opened:
    yield opened


@pytest.mark.parametrize("sql", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_answers_as_duckdb_does(session, local, sql: str):
  found = session.query(sql)
  expected = local.execute(sql).to_arrow_table()
  if sql == "SHOW ALL TABLES":
    found, expected = found.drop_columns("database"), expected.drop_columns("database")
  assert found.schema.names == expected.schema.names
  assert found.to_pylist() == expected.to_pylist()


@pytest.mark.parametrize("sql", QUERIES.values(), ids=QUERIES.keys())
def test_a_prepared_query_answers_as_duckdb_does(session, local, sql: str):
  prepared = session.prepare(sql)
  (ticket,) = session.flight_info(Command.prepared_query(prepared.handle)).tickets
  messages = session.messages(ticket)
  assert messages, "a stream has at least its schema"
  names = pa.ipc.read_schema(pa.py_buffer(messages[0].encapsulated())).names
  assert names == local.execute(sql).to_arrow_table().schema.names


@pytest.mark.parametrize("kind", ["EXPLAIN", "EXPLAIN ANALYZE"])
def test_explain(session, kind: str):
  found = session.query(f"{kind} SELECT kind, sum(amount) FROM sample GROUP BY kind")
  assert found.schema.names == ["explain_key", "explain_value"]
  assert found.num_rows >= 1
  assert "sample" in found.column("explain_value")[0].as_py()


@pytest.mark.parametrize("is_prepared", [False, True])
def test_explain_runs_what_it_analyzes_once_and_when_it_is_announced(session, name, is_prepared):
  session.query(f"CREATE TABLE {name} (a INTEGER)")
  sql = f"EXPLAIN ANALYZE INSERT INTO {name} VALUES (1)"
  prepared = is_prepared and session.prepare(sql)
  command = Command.prepared_query(prepared.handle) if prepared else Command.query(sql)
  assert session.rows(f"SELECT count(*) FROM {name}") == [(0,)]
  (ticket,) = session.flight_info(command).tickets
  assert session.rows(f"SELECT count(*) FROM {name}") == [(1,)]
  assert sum(bool(message.body) for message in session.messages(ticket)) == 1
  assert session.rows(f"SELECT count(*) FROM {name}") == [(1,)]


def test_copy_to_and_from_a_file(session, tmp_path):
  path = tmp_path / "out.parquet"
  session.query(f"COPY (SELECT i FROM range(1000) AS r(i)) TO '{path}'")
  assert session.rows(f"SELECT count(*), sum(i)::BIGINT FROM '{path}'") == [(1000, 499500)]
  session.query("CREATE TEMP TABLE copied (i BIGINT)")
  session.query(f"COPY copied FROM '{path}'")
  assert session.rows("SELECT count(*) FROM copied") == [(1000,)]


def test_attach_and_detach(session, tmp_path):
  session.query(f"ATTACH '{tmp_path / 'other.db'}' AS other")
  session.query("CREATE TABLE other.t AS SELECT 7 AS a")
  session.query("USE other")
  assert session.rows("SELECT a FROM t") == [(7,)]
  session.query("USE memory")
  session.query("DETACH other")


WRITES = [
  ("INSERT INTO {t} VALUES (1), (2)", 2),
  ("INSERT INTO {t} SELECT i FROM range(5) AS r(i)", 5),
  ("CREATE OR REPLACE TABLE {t} AS SELECT i FROM range(3) AS r(i)", None),
  ("UPDATE {t} SET a = a WHERE false", 0),
  ("CREATE INDEX {t}_index ON {t}(a)", None),
  ("SET VARIABLE x = 1", None),
  ("CHECKPOINT", None),
  ("VACUUM", None),
]


@pytest.mark.parametrize("sql, changed", WRITES, ids=[sql.split(" {t}")[0] for sql, _ in WRITES])
def test_a_statement_without_result(session, name, sql: str, changed: int | None):
  session.query(f"CREATE TABLE {name} (a BIGINT)")
  count = session.update(Command.update(sql.format(t=name)))
  assert count == changed if changed is not None else count in (-1, 0, 3)


@pytest.mark.parametrize("fetches", [0, 1, 2])
@pytest.mark.parametrize("returning", ["", " RETURNING a"])
@pytest.mark.parametrize("prepared", [False, True], ids=["statement", "prepared"])
def test_a_write_by_flight_info_runs_once(
  session, name, fetches: int, returning: str, prepared: bool
):
  session.query(f"CREATE TABLE {name} (a BIGINT)")
  sql = f"INSERT INTO {name} VALUES (1){returning}"
  command = Command.prepared_query(session.prepare(sql).handle) if prepared else Command.query(sql)
  (ticket,) = session.flight_info(command).tickets
  for fetch in range(fetches):
    try:
      session.messages(ticket)
    except Exception:
      assert fetch, "the first fetch must succeed"
  assert session.rows(f"SELECT count(*) FROM {name}") == [(1,)]


@pytest.mark.parametrize("kind", ["update", "prepared update", "query by update"])
def test_a_write_by_put_runs_once(session, name, kind: str):
  session.query(f"CREATE TABLE {name} (a BIGINT)")
  sql = f"INSERT INTO {name} VALUES (1), (2)"
  match kind:
    case "update":
      assert session.update(Command.update(sql)) == 2
    case "prepared update":
      prepared = session.prepare(sql)
      assert session.update(Command.prepared_update(prepared.handle)) == 2
      session.close_prepared(prepared.handle)
    case "query by update":
      assert session.update(Command.update(sql + " RETURNING a")) in (2, -1)
  assert session.rows(f"SELECT count(*) FROM {name}") == [(2,)]


def test_preparing_runs_nothing(session, name):
  session.query(f"CREATE TABLE {name} (a BIGINT)")
  session.prepare(f"INSERT INTO {name} VALUES (1)")
  session.schema_bytes(Command.query(f"INSERT INTO {name} VALUES (1) RETURNING a"))
  session.flight_info(Command.query(f"SELECT * FROM {name}"))
  assert session.rows(f"SELECT count(*) FROM {name}") == [(0,)]


@pytest.mark.parametrize(
  "sql, is_update",
  [
    ("SELECT 1 AS a", False),
    ("FROM range(3)", False),
    ("PRAGMA version", False),
    ("CREATE TEMP TABLE prepared (a INTEGER)", True),
    ("SET VARIABLE x = 1", True),
    ("DELETE FROM sample WHERE false", True),
    ("DELETE FROM sample WHERE false RETURNING *", False),
  ],
)
def test_a_prepared_statement_tells_whether_it_is_an_update(session, sql: str, is_update: bool):
  prepared = session.prepare(sql)
  schema = prepared.dataset_schema_bytes
  names = pa.ipc.read_schema(pa.py_buffer(schema)).names if schema else []
  assert bool(names) != is_update
  assert prepared.is_update in (is_update, None)


@pytest.mark.parametrize("sql", ["CREATE TEMP TABLE x (a INTEGER)", "SET VARIABLE y = 1", "BEGIN"])
def test_preparing_what_has_no_result_announces_a_schema_without_columns(session, sql: str):
  """Arrow's ODBC driver prepares all statements, and crashes where there is no schema."""
  prepared = session.prepare(sql)
  assert pa.ipc.read_schema(pa.py_buffer(prepared.dataset_schema_bytes)).names == []


SCHEMA_QUERIES = [
  "SELECT 42",
  "SELECT 1 AS a WHERE false",
  "SELECT i, i::VARCHAR AS s, [i] AS l, {'a': i} AS t, MAP {i: 'x'} AS m FROM range(10) AS r(i)",
  "SELECT sum(i) AS h, avg(i) AS d, NULL AS n, now() AS t FROM range(10) AS r(i)",
  "SELECT i::DECIMAL(20, 3) AS d, [i::DECIMAL(4, 1)] AS l FROM range(10) AS r(i)",
  "SELECT 'ok'::ENUM('sad', 'ok') AS e, '1'::BIT AS b, uuid() AS u, '12:00:00+01'::TIMETZ AS z",
  "SELECT * FROM sample",
  "SHOW TABLES",
  "DESCRIBE sample",
  "SUMMARIZE sample",
  "EXPLAIN SELECT 1",
  "VALUES (1, 'a')",
  "PRAGMA table_info('sample')",
  "CALL pragma_version()",
  "PIVOT sample ON kind IN ('x', 'y') USING sum(amount)",
  "PIVOT sample ON kind USING sum(amount)",
  "FROM (PIVOT sample ON kind USING sum(amount))",
]


@pytest.mark.parametrize("sql", SCHEMA_QUERIES)
def test_the_schema_is_the_same_bytes_everywhere(session, sql: str):
  info = session.flight_info(Command.query(sql))
  (ticket,) = info.tickets
  stream = session.messages(ticket)[0].header
  prepared = session.prepare(sql)
  prepared_info = session.flight_info(Command.prepared_query(prepared.handle))
  (prepared_ticket,) = prepared_info.tickets
  schema = info.schema_bytes
  assert schema
  assert bare_schema(schema).rstrip(b"\0") == stream.rstrip(b"\0")
  assert session.schema_bytes(Command.query(sql)) == schema
  assert prepared.dataset_schema_bytes == schema
  assert session.schema_bytes(Command.prepared_query(prepared.handle)) == schema
  assert prepared_info.schema_bytes == schema
  assert session.messages(prepared_ticket)[0].header == stream
  assert info.total_records == -1


def test_the_digits_of_decimals_are_in_the_metadata(session):
  """Arrow's drivers for ODBC and JDBC read them from nowhere else."""
  info = session.flight_info(Command.query("SELECT 1.5::DECIMAL(30, 2) AS d, 1::HUGEINT AS h, 2 AS i"))
  streamed = table(session.messages(info.tickets[0])).schema
  for schema in (pa.ipc.read_schema(pa.py_buffer(info.schema_bytes)), streamed):
    assert [field.metadata for field in schema] == [
      {b"ARROW:FLIGHT:SQL:PRECISION": b"30", b"ARROW:FLIGHT:SQL:SCALE": b"2"},
      {b"ARROW:FLIGHT:SQL:PRECISION": b"38", b"ARROW:FLIGHT:SQL:SCALE": b"0"},
      None,
    ]


def test_executing_what_the_text_prepares_is_no_update(session, name):
  sql = f"PREPARE {name} AS SELECT ? AS a; EXECUTE {name}(5)"
  prepared = session.prepare(sql)
  assert not prepared.is_update
  (ticket,) = session.flight_info(Command.prepared_query(prepared.handle)).tickets
  assert table(session.messages(ticket)).to_pylist() == [{"a": 5}]


@pytest.mark.parametrize("sql", ["CREATE TEMP TABLE x (a INTEGER)", "SET VARIABLE y = 1", "BEGIN"])
def test_the_schema_of_a_statement_without_result_is_the_streams(session, sql: str):
  info = session.flight_info(Command.query(sql))
  messages = session.messages(info.tickets[0])
  assert messages[0].header.rstrip(b"\0") == bare_schema(info.schema_bytes).rstrip(b"\0")
  assert sum(bool(message.body) for message in messages) == 0


def test_a_session_keeps_its_state(session, sampled):
  session.query("CREATE TEMP TABLE mine AS SELECT 1 AS a")
  session.query("SET VARIABLE v = 'kept'")
  session.query("CREATE SCHEMA IF NOT EXISTS elsewhere")
  session.query("USE elsewhere")
  session.query("SET default_null_order = 'nulls_first'")
  assert session.rows("SELECT a FROM mine") == [(1,)]
  assert session.rows("SELECT getvariable('v'), current_schema()") == [("kept", "elsewhere")]
  with RawClient(sampled.address) as other:
    assert other.rows("SELECT getvariable('v'), current_schema()") == [(None, "main")]
    with pytest.raises(Exception, match="mine"):
      other.query("SELECT a FROM mine")


def test_a_transaction_in_sql_is_the_sessions_own(session, sampled, name):
  session.query(f"CREATE TABLE {name} (a INTEGER)")
  with RawClient(sampled.address) as other:
    session.query("BEGIN TRANSACTION")
    session.query(f"INSERT INTO {name} VALUES (1)")
    assert session.rows(f"SELECT count(*) FROM {name}") == [(1,)]
    assert other.rows(f"SELECT count(*) FROM {name}") == [(0,)]
    session.query("ROLLBACK")
    assert session.rows(f"SELECT count(*) FROM {name}") == [(0,)]
    session.query("BEGIN")
    session.query(f"INSERT INTO {name} VALUES (2)")
    session.query("COMMIT")
    assert other.rows(f"SELECT a FROM {name}") == [(2,)]


def test_a_transaction_goes_with_its_connection(sampled, name):
  with RawClient(sampled.address) as watcher:
    watcher.query(f"CREATE TABLE {name} (a INTEGER)")
    with RawClient(sampled.address) as leaving:
      leaving.query("BEGIN")
      leaving.query(f"INSERT INTO {name} VALUES (1)")
    assert watcher.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_the_error_of_one_statement_leaves_what_went_before(session, name):
  with pytest.raises(Exception, match="nosuch"):
    session.query(f"CREATE TABLE {name} AS SELECT 1 AS a; SELECT nosuch; DROP TABLE {name}")
  assert session.rows(f"SELECT a FROM {name}") == [(1,)]


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_long_statement(session, size: int):
  numbers = ", ".join(str(n) for n in range(size // 7))
  assert session.rows(f"SELECT len([{numbers}])") == [(size // 7,)]
