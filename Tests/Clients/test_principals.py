"""What a principal may do, and what it can't see of others."""

from __future__ import annotations

import sqlite3

import adbc_driver_flightsql.dbapi as adbc
import adbc_driver_manager
import grpc
import pyarrow as pa
import pytest

from support import tokens
from support.flightsql import Command, RawClient, any_message, descriptor
from support.protobuf import first, message
from support.server import Server
from support.tokens import SECRET, claims

DENIED = grpc.StatusCode.PERMISSION_DENIED
NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.fixture(scope="module")
def guarded(start_module) -> Server:
  return start_module(
    "--password", "secret", "--secret-key", SECRET, "--init-sql",
    "CREATE TABLE t AS SELECT 1 AS a; CREATE SEQUENCE s",
  )


def token(name: str, role: str) -> str:
  return "Bearer " + tokens.token(SECRET, claims(sub=name, role=role))


def client(server: Server, name: str, role: str = "user") -> RawClient:
  made = RawClient(server.address)
  made.metadata = [("authorization", token(name, role))]
  return made


@pytest.fixture
def reader(guarded):
  with client(guarded, "rea", "reader") as made:
    yield made


def refusal(code: grpc.StatusCode, call, *arguments) -> str:
  with pytest.raises(grpc.RpcError) as caught:
    answer = call(*arguments)
    if hasattr(answer, "__iter__"):
      list(answer)
  assert caught.value.code() == code, caught.value.details()
  return caught.value.details()


@pytest.mark.parametrize(
  "sql",
  [
    "SELECT a FROM t", "FROM t", "WITH x AS (SELECT a FROM t) SELECT * FROM x", "(SELECT a FROM t)",
    "VALUES (1)", "SHOW TABLES", "DESCRIBE t", "SUMMARIZE t", "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT a FROM t", "EXPLAIN FROM t", "EXPLAIN (ANALYZE, FORMAT json) FROM t",
    "EXPLAIN (\"format\" json) (SELECT a FROM t)", "EXPLAIN ANALYZE ((SELECT a FROM t))",
    "PIVOT t ON a USING count(*)", "PRAGMA table_info('t')", "SELECT 1; SELECT a FROM t",
    "SET TimeZone = 'Asia/Tokyo'; SELECT 1", "SET VARIABLE x = 1; SELECT getvariable('x')",
    "BEGIN; SELECT a FROM t; COMMIT; SELECT 1", "USE memory; SELECT a FROM t",
    "BEGIN; PIVOT t ON a USING count(*); COMMIT; SELECT 1",
    "EXPLAIN SELECT 1; BEGIN; SELECT a FROM t; COMMIT; SELECT 1",
    "SET VARIABLE x = (SELECT a FROM t); BEGIN; SELECT a FROM t; COMMIT; SELECT getvariable('x')",
  ],
)
def test_a_reader_reads(reader, sql):
  assert reader.query(sql).num_rows > 0
  assert reader.rows("SELECT a FROM t") == [(1,)]


@pytest.mark.parametrize(
  "sql",
  [
    "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (2) RETURNING a", "UPDATE t SET a = 2",
    "DELETE FROM t", "TRUNCATE t", "WITH x AS (SELECT 2 AS a) INSERT INTO t SELECT a FROM x",
    "MERGE INTO t USING (SELECT 1 AS b) ON a = b WHEN MATCHED THEN DELETE",
    "CREATE TABLE u (a INTEGER)", "CREATE TEMP TABLE u (a INTEGER)", "CREATE VIEW v AS SELECT 1",
    "DROP TABLE t", "ALTER TABLE t ADD COLUMN b INTEGER", "COPY t TO '/tmp/reader.csv'",
    "COPY t FROM '/tmp/reader.csv'", "EXPORT DATABASE '/tmp/reader'", "ATTACH ':memory:' AS x",
    "DETACH memory", "CHECKPOINT", "VACUUM", "INSTALL httpfs", "LOAD httpfs",
    "PREPARE p AS DELETE FROM t", "CALL pragma_version()", "SELECT nextval('s')",
    "EXPLAIN ANALYZE INSERT INTO t VALUES (2)", "EXPLAIN ANALYZE COPY t TO '/tmp/reader.csv'",
    "EXPLAIN (ANALYZE values) COPY t TO '/tmp/reader.csv'", "EXPLAIN (ANALYZE values) SET threads = 1",
    "EXPLAIN ANALYZE WITH x AS (SELECT 2 AS a) INSERT INTO t SELECT a FROM x",
    "SET threads = 1", "SET GLOBAL threads = 1", "SET \"threads\" = 1", "SET \"threads\" = schema",
    "SET /* schema */ threads = 1", "RESET threads", "PRAGMA threads=1",
    "PRAGMA enable_profiling", "SET profiling_output = '/tmp/reader'",
    "SELECT 1; DELETE FROM t", "DELETE FROM t; SELECT 1", "BEGIN; DELETE FROM t",
    "BEGIN READ WRITE; SELECT nextval('s')", "COMMENT ON TABLE t IS 'x'",
    "FROM enable_logging(storage = 'file', storage_path = '/tmp/reader')", "FROM force_checkpoint()",
    "FROM system.main.\"Enable_Logging\" ()", "SELECT ('x').write_log()", "FROM checkpoint()",
    "SELECT (SELECT count(*) FROM query('FROM enable_' || 'logging()'))",
    "SET VARIABLE x = nextval('s')", "SET schema = nextval('s')::VARCHAR",
    "PIVOT (SELECT nextval('s') AS n) ON n USING count(*)",
  ],
)
def test_a_reader_writes_nothing(guarded, sql):
  with client(guarded, "rea", "reader") as reader:
    text = refusal(DENIED, reader.query, sql)
    assert "reader" in text
  with client(guarded, "rea", "reader") as reader:
    refusal(DENIED, reader.update, Command.update(sql))
  with client(guarded, "anna") as writer:
    assert writer.rows("SELECT a FROM t") == [(1,)]
    assert writer.rows("SELECT last_value FROM duckdb_sequences()") == [(None,)]


def test_a_reader_changes_no_lake_that_is_open(start, tmp_path):
  """No transaction refuses what DuckLake does beside it."""
  lake = start(
    "--password", "secret", "--secret-key", SECRET, "--no-lockdown", "--init-sql",
    f"ATTACH 'ducklake:{tmp_path}/meta.ducklake' AS lake (DATA_PATH '{tmp_path}/data'); USE lake; "
    "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)",
  )
  with client(lake, "rea", "reader") as reader:
    reader.update(Command.update("USE lake"))
    for call in [
      "ducklake_expire_snapshots('lake', versions => [1])", "lake.expire_snapshots(versions => [1])",
      "ducklake_set_option('lake', 'parquet_compression', 'zstd')",
      "lake.\"Set_Option\"('parquet_compression', 'zstd')",
      "ducklake_merge_adjacent_files('lake')", "ducklake_rewrite_data_files('lake')",
      "ducklake_cleanup_old_files('lake', cleanup_all => true)",
      "ducklake_delete_orphaned_files('lake', cleanup_all => true)",
      "ducklake_flush_inlined_data('lake')", "ducklake_set_commit_message('lake', 'rea', 'x')",
      "ducklake_add_data_files('lake', 't', '/tmp/none.parquet')",
      "sqlite_query('x', 'SELECT 1')", "postgres_query('x', 'SELECT 1')", "arrow_scan(1, 2, 3)",
      "postgres_attach('host=127.0.0.1')", "postgres_configure_pool(max_connections => 1)",
      "pg_clear_cache()", "json_serialize_plan('SELECT 1')",
    ]:
      assert "reader" in refusal(DENIED, reader.query, f"SELECT count(*) FROM {call}")
    assert reader.rows("SELECT max(snapshot_id), count(*) FROM ducklake_snapshots('lake')") == [(2, 3)]
    assert reader.rows("FROM t") == [(1,)]


def test_a_reader_replaces_no_views(start, tmp_path):
  with sqlite3.connect(tmp_path / "other.sqlite") as other:
    other.execute("CREATE TABLE prices (a INTEGER)")
  shared = start(
    "--password", "secret", "--secret-key", SECRET, "--no-lockdown",
    "--init-sql", "LOAD sqlite; CREATE VIEW prices AS SELECT 1 AS a",
  )
  with client(shared, "rea", "reader") as reader:
    attach = f"FROM sqlite_attach('{tmp_path}/other.sqlite', overwrite = true)"
    assert "reader" in refusal(DENIED, reader.query, attach)
    assert reader.rows("FROM prices") == [(1,)]


def test_a_reader_writes_nothing_in_a_transaction(reader):
  transaction = reader.begin()
  refusal(DENIED, reader.flight_info, Command.query("DELETE FROM t", transaction))
  refusal(DENIED, reader.update, Command.update("DELETE FROM t", transaction))
  reader.roll_back(transaction)
  assert reader.rows("SELECT a FROM t") == [(1,)]


def test_a_reader_writes_nothing_by_other_means(guarded):
  options = {"adbc.flight.sql.authorization_header": token("rea", "reader")}
  with adbc.connect(guarded.uri, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      with pytest.raises(adbc_driver_manager.Error, match="role reader"):
        cursor.execute("INSERT INTO t VALUES (?)", [2])
      with pytest.raises(adbc_driver_manager.Error, match="role reader"):
        cursor.executemany("INSERT INTO t VALUES (?)", [(2,), (3,)])
      with pytest.raises(adbc_driver_manager.Error, match="role reader"):
        cursor.adbc_ingest("t", pa.table({"a": [2]}), mode="append")
      cursor.execute("SELECT a FROM t WHERE a = ?", [1])
      assert cursor.fetchall() == [(1,)]


def test_a_readers_transactions_end(guarded):
  """A result that is read, or isn't, holds nothing back."""
  with client(guarded, "rea", "reader") as reader, client(guarded, "anna") as writer:
    writer.update(Command.update("CREATE OR REPLACE TABLE u AS SELECT 1 AS a"))
    for value in range(2, 6):
      (only,) = reader.flight_info(Command.query("SELECT range FROM range(5_000_000)")).tickets
      stream = reader.stream(only)
      next(stream)
      stream.cancel()
      writer.update(Command.update(f"UPDATE u SET a = {value}"))
      assert reader.rows("SELECT a FROM u") == [(value,)]


def test_others_find_nothing_by_a_handle(guarded):
  with client(guarded, "anna") as anna, client(guarded, "bo") as bo, \
      client(guarded, "anna", "reader") as namesake:
    transaction = anna.begin()
    prepared = anna.prepare("SELECT 42 AS a").handle
    info = anna.flight_info(Command.query("SELECT 42 AS a"))
    (ticket,) = info.tickets
    polled = anna.call("PollFlightInfo", descriptor(Command.query("SELECT 42 AS a")))
    poll_info = first(polled, 1)
    polled_ticket = first(poll_info, 7)
    for other in (bo, namesake):
      refusal(NOT_FOUND, other.roll_back, transaction)
      refusal(NOT_FOUND, other.commit, transaction)
      refusal(NOT_FOUND, other.flight_info, Command.query("SELECT 1", transaction))
      refusal(NOT_FOUND, other.update, Command.update("SELECT 1", transaction))
      refusal(NOT_FOUND, other.prepare, "SELECT 1", transaction)
      refusal(NOT_FOUND, other.flight_info, Command.prepared_query(prepared))
      refusal(NOT_FOUND, other.messages, Command.prepared_query(prepared))
      other.close_prepared(prepared)  # closes nothing
      refusal(NOT_FOUND, other.messages, ticket)
      refusal(NOT_FOUND, other.messages, polled_ticket)
      refusal(NOT_FOUND, other.call, "PollFlightInfo", descriptor(polled_ticket))
      for target in (info.content, poll_info):
        refusal(NOT_FOUND, other.action, "CancelFlightInfo", message((1, target)))
        old = any_message("ActionCancelQueryRequest", message((1, target)))
        refusal(NOT_FOUND, other.action, "CancelQuery", old)
      endpoint = message((1, message((1, ticket))))
      refusal(NOT_FOUND, other.action, "RenewFlightEndpoint", message((1, endpoint)))
    assert len(anna.messages(ticket)) > 0
    assert len(anna.messages(polled_ticket)) > 0
    assert anna.flight_info(Command.prepared_query(prepared)).tickets
    anna.commit(transaction)


def test_others_do_not_get_a_session_by_its_cookie(guarded):
  with client(guarded, "anna") as anna, client(guarded, "bo") as bo:
    asked = descriptor(Command.query("SELECT 1"))
    _, call = anna.methods["GetSchema"].with_call(asked, metadata=anna.metadata)
    cookie = ("cookie", dict(call.initial_metadata())["set-cookie"].split(";")[0])
    anna.metadata.append(cookie)
    bo.metadata.append(cookie)
    anna.query("CREATE TEMP TABLE mine AS SELECT 1 AS a")
    assert anna.rows("SELECT a FROM mine") == [(1,)]
    refusal(NOT_FOUND, bo.query, "SELECT a FROM mine")
