"""A locked-down server: nothing of the server is within reach of SQL, and legitimate SQL runs."""

from __future__ import annotations

import random
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.ingestion import command, ingest
from support.server import ROOT, Server
from test_session_options import ERROR, get_options, set_options

HERE = Path(__file__).parent / "lockdown"
EXTENSIONS = ["ducklake", "httpfs", "postgres_scanner", "sqlite_scanner", "tpch", "azure"]
CANARY = "canary-4af7c1"


def lines(name: str) -> list[str]:
  """The statements of a file, one a line; backslashes stand for what can't be in a line."""
  codes = {"n": "\n", "r": "\r", "\\": "\\"}

  def character(found: re.Match) -> str:
    return chr(int(found[2], 16)) if found[2] else codes.get(found[1], found[0])

  text = (HERE / name).read_text()
  return [re.sub(r"\\(u([0-9a-f]{4})|.)", character, line) for line in text.splitlines() if line]


@dataclass
class Lake:
  server: Server
  folder: Path
  listener: socket.socket

  def fill(self, sql: str) -> str:
    places = {
      "canary": self.folder / "canary.csv", "folder": self.folder, "data": self.folder / "data",
      "catalog": self.folder / "meta.ducklake", "port": self.listener.getsockname()[1],
    }
    for name, place in places.items():
      sql = sql.replace("{" + name + "}", str(place))
    return sql.replace("{{}}", "{}")

  def client(self) -> RawClient:
    return RawClient(self.server.address)

  def files(self) -> set[str]:
    return {str(path) for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def lake(start_module, tmp_path_factory):
  folder = tmp_path_factory.mktemp("lake")
  (folder / "canary.csv").write_text(f"{CANARY}\n")
  listener = socket.create_server(("127.0.0.1", 0))
  listener.setblocking(False)
  loads = "; ".join(f"LOAD {name}" for name in EXTENSIONS)
  server = start_module(
    "--init-sql",
    f"{loads}; CREATE SECRET kept_secret (TYPE s3, KEY_ID '{CANARY}', SECRET '{CANARY}'); "
    f"ATTACH 'ducklake:{folder}/meta.ducklake' AS lake (DATA_PATH '{folder}/data'); USE lake; "
    "CREATE TABLE kept AS SELECT range AS a FROM range(1000); "
    f"CREATE VIEW memory.main.older AS SELECT content FROM read_text('{folder}/canary.csv'); "
    "CREATE MACRO memory.main.older_macro(x) AS TABLE FROM query_table(x)",
    environment={"LOCKDOWN_CANARY": CANARY},
  )
  yield Lake(server, folder, listener)
  listener.close()


@pytest.fixture
def raw(lake):
  with lake.client() as client:
    client.update(Command.update("USE lake"))
    yield client


def refusal(call) -> str:
  with pytest.raises(grpc.RpcError) as caught:
    call()
  assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED, caught.value.details()
  assert CANARY not in caught.value.details()
  return caught.value.details()


HOSTILE = lines("hostile.sql")


@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_statements_are_refused_without_effect(lake, raw, sql):
  before = lake.files()
  refusal(lambda: raw.rows(lake.fill(sql)))
  assert lake.files() == before
  with pytest.raises(BlockingIOError):
    lake.listener.accept()
  with lake.client() as other:
    other.update(Command.update("USE lake"))
    assert other.rows("SELECT count(*), sum(a) FROM kept") == [(1000, 499500)]


@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_statements_are_refused_however_they_come(lake, raw, sql):
  sql = lake.fill(sql)
  refusal(lambda: raw.prepare(sql))
  refusal(lambda: raw.update(Command.update(sql)))
  refusal(lambda: raw.schema_bytes(Command.query(sql)))
  refusal(lambda: raw.rows(f"SELECT 1; {sql}"))


@pytest.mark.parametrize("sql", lines("legitimate.sql"))
def test_legitimate_statements_run_as_without_lockdown(raw, sql):
  raw.query(sql)


def test_tpch_runs(raw):
  raw.update(Command.update("USE memory; CALL dbgen(sf = 0.01)"))
  for number in range(1, 23):
    assert raw.query(f"PRAGMA tpch({number})").num_columns > 0
  for (sql,) in raw.rows("SELECT query FROM tpch_queries()"):
    assert raw.query(sql).num_columns > 0


def test_views_and_macros_from_before_are_checked(raw):
  assert "older" in refusal(lambda: raw.rows("SELECT * FROM memory.main.older"))
  assert "older_macro" in refusal(lambda: raw.rows("FROM memory.main.older_macro('kept')"))


def test_prepared_statements_of_sql_are_checked(raw):
  refusal(lambda: raw.rows("PREPARE p AS SELECT * FROM read_text($1)"))
  assert raw.rows("PREPARE p AS SELECT $1 + 1; EXECUTE p(41)") == [(42,)]


def test_no_column_becomes_of_a_bound_type_that_files_have_not(lake, raw):
  times = pa.table({"a": pa.array([3_600 * 10**9], pa.time64("ns"))})
  with adbc.connect(f"grpc://{lake.server.address}", autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("USE lake")
      with pytest.raises(adbc.Error, match="TIME_NS is not allowed"):
        cursor.execute("CREATE TABLE nanos AS SELECT ? AS a", times)
      cursor.execute("SELECT ?::VARCHAR", times)
      assert cursor.fetchall() == [("01:00:00",)]
  assert raw.rows("SELECT count(*) FROM kept") == [(1000,)]


# The type's name is in no text: only what DuckDB makes of it tells.
NANOS = """json_transform('{"a": "12:00"}', '{"a": "TIM' || 'E_NS"}')"""
MAKERS = [
  f"CREATE TABLE nanos AS SELECT {NANOS} AS a",
  f"CREATE OR REPLACE TABLE lake.main.nanos(x) AS (SELECT {NANOS}.a)",
  f"CREATE TABLE IF NOT EXISTS nanos AS SELECT {NANOS} AS a WITH NO DATA",
  f"CREATE TABLE nanos PARTITIONED BY (b) AS WITH x AS (SELECT {NANOS} AS a, 1 AS b) FROM x",
  f"CREATE TABLE nanos AS SELECT [{{'b': map {{1: {NANOS}}}}}] AS a /* WITH DATA */ WITH DATA --",
  f"CREATE TABLE nanos AS SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS a, {NANOS} AS b",
  f"CREATE TABLE nanos AS VALUES ({NANOS})",
  "CREATE TABLE \"as\" AS SELECT from_json_strict('\"12:00\"', '\"TIM' || 'E_NS\"') AS \"as\"",
  f"CREATE TABLE nanos AS SELECT cast_to_type('12:00', {NANOS}.a) AS a",
  f"CREATE TABLE nanos AS PIVOT (SELECT 1 AS k, {NANOS} AS a) ON k USING first(a)",
  f"SELECT 1; CREATE TABLE nanos AS PIVOT (SELECT 1 AS k, {NANOS} AS a) ON k USING first(a)",
  f"EXPLAIN ANALYZE CREATE TABLE nanos AS SELECT {NANOS} AS a",
  f"EXPLAIN (ANALYZE, FORMAT json) CREATE TABLE nanos AS SELECT {NANOS} AS a",
  f"PREPARE p AS CREATE TABLE nanos AS SELECT {NANOS} AS a; EXECUTE p",
  f"BEGIN; CREATE TABLE nanos AS SELECT {NANOS} AS a",
  f"CREATE OR REPLACE VIEW nanos_view AS SELECT {NANOS} AS a; CREATE TABLE nanos AS FROM nanos_view",
  f"CREATE OR REPLACE VIEW memory.main.v AS SELECT {NANOS} AS a; CREATE TABLE nanos AS FROM memory.v",
  f"CREATE OR REPLACE MACRO memory.main.m() AS {NANOS}; CREATE TABLE nanos AS SELECT memory.main.m()",
  f"CREATE OR REPLACE MACRO memory.main.m() AS TABLE SELECT {NANOS} AS a; "
  "CREATE TABLE nanos AS FROM memory.main.m()",
  f"CREATE OR REPLACE TEMP TABLE n (a INT, b AS ({NANOS})); CREATE TABLE nanos AS FROM n",
  f"SET VARIABLE n = {NANOS}; CREATE TABLE nanos AS SELECT getvariable('n') AS a",
  "SET VARIABLE n = '\"TIM' || 'E_NS\"'; "
  "CREATE TABLE nanos AS SELECT json_transform('\"12:00\"', getvariable('n')) AS a",
]


@pytest.mark.parametrize("sql", MAKERS)
@pytest.mark.parametrize("way", ["query", "update", "prepared"])
def test_no_column_becomes_of_a_type_that_files_have_not(lake, raw, way, sql):
  def run() -> None:
    if way == "query":
      raw.rows(sql)
    elif way == "update":
      raw.update(Command.update(sql))
    else:
      handle = raw.prepare(sql).handle
      raw.update(Command.prepared_update(handle))

  assert "TIME_NS" in (told := refusal(run)) or "PREPARE" in told
  with lake.client() as other:
    other.update(Command.update("USE lake"))
    names = [name for (name,) in other.rows("SELECT table_name FROM duckdb_tables()")]
    assert not {"nanos", "as"} & set(names)


def test_no_column_becomes_of_a_type_that_a_bound_value_names(lake):
  with adbc.connect(f"grpc://{lake.server.address}", autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("USE lake")
      make = "CREATE OR REPLACE TABLE bound AS SELECT json_transform('{\"a\": \"12:00\"}', ?) AS a"
      with pytest.raises(adbc.Error, match="TIME_NS is not allowed"):
        cursor.execute(make, ['{"a": "TIME_NS"}'])
      with pytest.raises(adbc.Error, match="TIME_NS is not allowed"):
        cursor.executemany(make, [['{"a": "TIME"}'], ['{"a": "TIME_NS"}']])
      cursor.execute(make, ['{"a": "TIME"}'])
      cursor.execute("SELECT a.a::VARCHAR FROM bound")
      assert cursor.fetchall() == [("12:00:00",)]
      cursor.execute("DROP TABLE bound")


def test_tables_of_queries_are_made_as_they_were(raw):
  for make, rows in [
    ("AS PIVOT (SELECT i % 2 AS k, i FROM range(4) r(i)) ON k USING sum(i)", [(2, 4)]),
    ("(x) AS SELECT 1 AS a ORDER BY ALL LIMIT 5 -- end", [(1,)]),
    ("AS (VALUES (1), (2))", [(1,), (2,)]),
    ("AS TABLE kept WITH NO DATA", []),
    ("AS SELECT 1 AS a, 2 AS a", [(1, 2)]),
    ("AS (WITH x AS (SELECT 1 AS a) FROM x)", [(1,)]),
    ("PARTITIONED BY (a) AS SELECT 1 AS a", [(1,)]),
  ]:
    raw.update(Command.update(f"CREATE TABLE made {make}"))
    assert raw.rows("FROM made") == rows
    raw.update(Command.update("DROP TABLE made"))
  raw.update(
    Command.update(
      "CREATE TEMP TABLE k AS SELECT 1 AS k; "
      "CREATE TABLE made AS PIVOT k ON k USING count(*); DROP TABLE k; SELECT 1"
    )
  )
  assert raw.rows("FROM made") == [(1,)]
  raw.update(Command.update("DROP TABLE made"))
  with pytest.raises(grpc.RpcError, match="CREATE TABLE made AS SELECT nosuch"):
    raw.update(Command.update("CREATE TABLE made AS SELECT nosuch"))


@pytest.mark.parametrize("catalog", ["__ducklake_metadata_lake", "__DuckLake_Metadata_LAKE"])
def test_nothing_is_ingested_into_the_catalog_of_a_lake(raw, catalog):
  rows = pa.table({"a": [1]})
  refusal(lambda: ingest(raw, command("t", catalog=catalog), rows))
  refusal(lambda: ingest(raw, command("ducklake_tag", catalog=catalog, if_exists=2), rows))


def test_odd_names_of_tables_are_only_names(lake, raw):
  for odd in ["read_text('x')", "a\"; ATTACH ':memory:' AS x; --", f"{lake.folder}/canary.csv"]:
    assert ingest(raw, command(odd, if_exists=3), pa.table({"a": [1]})) == 1
    raw.update(Command.update('DROP TABLE "' + odd.replace('"', '""') + '"'))


def test_session_options_are_those_of_sessions(raw):
  assert set_options(raw, TimeZone="Europe/Berlin") == {}
  options = {
    "threads": 1, "temp_directory": "/tmp", "enable_external_access": True,
    "catalog": "__ducklake_metadata_lake", "schema": "__ducklake_metadata_lake",
    "search_path": "__ducklake_metadata_lake", "enable_progress_bar_print": True,
  }
  assert set_options(raw, **options) == dict.fromkeys(options, ERROR)
  seen = get_options(raw)
  assert seen["TimeZone"] == "Europe/Berlin"
  assert not {"temp_directory", "secret_directory", "allowed_directories"} & seen.keys()


def test_a_server_without_a_lake_is_open_unless_locked(start):
  with RawClient(start().address) as client:
    assert client.rows("SELECT current_setting('lock_configuration')::VARCHAR") == [("false",)]
    client.query("SELECT * FROM duckdb_settings()")
  with RawClient(start("--lockdown").address) as client:
    assert client.rows("SELECT current_setting('lock_configuration')::VARCHAR") == [("true",)]
    refusal(lambda: client.query("SELECT * FROM duckdb_settings()"))
    client.query("CREATE TABLE t AS SELECT 1 AS a; FROM t")


def test_a_server_with_a_lake_is_open_if_told_so(start, tmp_path):
  attach = f"ATTACH 'ducklake:{tmp_path}/meta.ducklake' AS lake (DATA_PATH '{tmp_path}/data')"
  with RawClient(start("--no-lockdown", "--init-sql", attach).address) as client:
    client.query("SELECT * FROM duckdb_settings()")


# Pieces that one reader takes for strings or comments where another sees code.
PIECES = [
  "'x'", "''", r"'\'", "''''", r"E'\''", r"e'\\'", r"N'\'", r"x'\'", "'a'\n'b'", "'a'\r'\\'",
  "E'a'\n'\\''", '"x"', '""""', '"\'"', "$$'$$", "$a$'$a$", "$a$ $$ $a$", "a$$", "a$b$", "1", "1e5",
  "0x1F", "1.", ".5", "1_0", "--'\n", "--'\r", '--"\r\n', "/*'*/", "/*/*'*/*/", "/*/'*/", "/**/",
  "'--'", "'/*'", "'*/'", "-", "+", " ", "\n", "\u00a0", "\u200b", "\u3000", ",", "||", "AS a", "AS E",
  "AS \u00e9$$", "E", "::VARCHAR", "'", "$$",
]
CALL = "query('SELECT 424' || '242')"


def test_what_runs_a_refused_function_is_refused_however_it_is_written(raw):
  """DuckDB in this process tells which texts call the function."""
  choose = random.Random(20_261_124)
  templates = ["SELECT 1, {} FROM {} {}", "SELECT {} , q.* FROM {} AS q {}", "{} FROM {} {}"]
  called = 0
  with duckdb.connect() as oracle:
    for _ in range(10_000):
      before = " ".join(choose.choices(PIECES, k=choose.randint(0, 3)))
      before = before if choose.random() < 0.5 else before.replace(" ", "")
      after = "".join(choose.choices(PIECES, k=choose.randint(0, 2)))
      sql = choose.choice(templates).format(before, CALL, after)
      try:
        if not any("424242" in str(row) for row in oracle.execute(sql).fetchall()):
          continue
      except duckdb.Error:
        continue
      called += 1
      refusal(lambda: raw.rows(sql))
  assert called > 500


def test_every_function_has_been_looked_at():
  """Look at what is new, then add it to Engine/Lockdown/GuardedFunctions.swift and the list."""
  reviewed = set((HERE / "reviewed_functions.txt").read_text().split())
  directory = str(ROOT / ".deps" / "extensions")
  with duckdb.connect(config={"extension_directory": directory}) as opened:
    for name in EXTENSIONS:
      opened.execute(f"LOAD {name}")
    rows = opened.execute(
      "SELECT DISTINCT function_type || ':' || function_name FROM duckdb_functions() WHERE internal"
    ).fetchall()
  found = {name for (name,) in rows if not name.startswith("scalar:icu_collate_")}
  # What only Python's own DuckDB has.
  found -= {"table:pandas_scan", "table:python_map_function"}
  assert found - reviewed == set()


def test_a_lake_of_the_settings_locks_too(start, tmp_path):
  with RawClient(start("--ducklake-data-path", f"{tmp_path}/data/").address) as client:
    client.query("CREATE TABLE t AS SELECT range AS a FROM range(3000)")
    assert client.rows("SELECT count(*) FROM t") == [(3000,)]
    refusal(lambda: client.rows(f"FROM '{tmp_path}/data/main/t/*.parquet'"))
    refusal(lambda: client.rows("SELECT * FROM duckdb_settings()"))
