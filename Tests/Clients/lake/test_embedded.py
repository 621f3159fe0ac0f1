"""A lake whose catalog is a file: what `make serve` serves."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.server import run_to_end


@pytest.fixture(params=["duckdb", "sqlite"])
def lake(request, tmp_path) -> list[str]:
  flags = ["--ducklake-data-path", f"{tmp_path}/lake/data/"]
  if request.param == "sqlite":
    flags += ["--ducklake-catalog", f"sqlite:{tmp_path}/catalog/lake.sqlite"]
  return flags


def test_a_new_lake_is_the_default_catalog(start, lake):
  with RawClient(start(*lake).address) as raw:
    assert raw.rows("SELECT current_catalog(), current_schema()") == [("lakehouse", "main")]


def test_it_is_kept(start, lake, tmp_path):
  own = start(*lake)
  with adbc.connect(own.uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE t (a INTEGER, b VARCHAR)")
    cursor.execute("INSERT INTO t VALUES (1, 'one'), (2, 'two')")
    rows = pa.table({"a": range(100_000)})
    assert cursor.adbc_ingest("many", rows, mode="create") == 100_000
    cursor.execute("UPDATE t SET b = 'zwei' WHERE a = 2")
    cursor.execute("DELETE FROM many WHERE a % 2 = 1")
  assert own.stop() == 0
  # Brought up to date: nothing is left in a log beside the catalog.
  assert not list(tmp_path.rglob("*.wal"))
  with RawClient(start(*lake).address) as raw:
    assert raw.rows("FROM t ORDER BY a") == [(1, "one"), (2, "zwei")]
    assert raw.rows("SELECT count(*), sum(a) FROM many") == [(50_000, 2_499_950_000)]


def test_an_ingestion_is_one_snapshot(start, lake):
  with adbc.connect(start(*lake).uri, autocommit=True) as connection, connection.cursor() as cursor:
    batch = pa.record_batch({"a": pa.array(range(300_000))})
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch] * 3)
    before = "SELECT max(snapshot_id) FROM lakehouse.snapshots()"
    cursor.execute(before)
    ((first,),) = cursor.fetchall()
    assert cursor.adbc_ingest("many", reader, mode="create") == 900_000
    cursor.execute(before)
    assert cursor.fetchall() == [(first + 1,)]


def test_metadata_shows_the_lake_without_its_internals(start, lake):
  with adbc.connect(start(*lake).uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE t (a INTEGER)")
    listed = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
  shown = {
    catalog["catalog_name"]: [
      table["table_name"]
      for schema in catalog["catalog_db_schemas"] for table in schema["db_schema_tables"]
    ]
    for catalog in listed
  }
  assert shown == {"lakehouse": ["t"], "memory": []}


def test_an_option_that_is_unset_leads_back_to_the_lake(start, lake):
  with adbc.connect(start(*lake).uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute("USE memory")
    cursor.execute("SELECT current_catalog()")
    assert cursor.fetchall() == [("memory",)]
    cursor.execute("USE lakehouse")
    cursor.execute("SELECT current_catalog()")
    assert cursor.fetchall() == [("lakehouse",)]


def test_an_alias(start, tmp_path):
  own = start("--ducklake-data-path", f"{tmp_path}/data/", "--ducklake-alias", "sales")
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT current_catalog()") == [("sales",)]
    raw.update(Command.update("CREATE TABLE sales.main.t AS SELECT 42 AS n"))
    assert raw.rows("FROM t") == [(42,)]


def test_an_encrypted_lake(start, tmp_path):
  flags = ["--ducklake-data-path", f"{tmp_path}/data/", "--ducklake-encrypted"]
  with adbc.connect(start(*flags).uri, autocommit=True) as connection, connection.cursor() as cursor:
    words = pa.table({"w": [f"plaintext-{i}" for i in range(1_000)]})
    cursor.adbc_ingest("words", words, mode="create")
    cursor.execute("FROM words")
    assert cursor.fetch_arrow_table() == words
  (file,) = tmp_path.rglob("*.parquet")
  assert b"plaintext" not in file.read_bytes()


def test_a_lake_that_is_read_only(start, lake):
  start(*lake, "--init-sql", "CREATE TABLE t AS SELECT 1 AS a").stop()
  with RawClient(start(*lake, "--read-only").address) as raw:
    assert raw.rows("FROM t") == [(1,)]
    with pytest.raises(Exception, match="(?i)read-only"):
      raw.update(Command.update("INSERT INTO t VALUES (2)"))


def test_a_catalog_that_another_server_has_is_refused(start, tmp_path):
  flags = ["--ducklake-data-path", f"{tmp_path}/data/"]
  start(*flags)
  ended = run_to_end("serve", "--host", "127.0.0.1", "--port", "0", *flags)
  assert ended.returncode != 0
  assert "cannot attach the lake" in ended.stderr
  assert "lock" in ended.stderr


def test_a_lake_that_has_been_moved_says_so_and_is_moved_as_the_manual_says(start, tmp_path):
  (old := tmp_path / "old").mkdir()
  flags = ["--ducklake-data-path", f"{old}/data/"]
  start(*flags, "--init-sql", "CREATE TABLE t AS SELECT 1 AS a").stop()
  old.rename(new := tmp_path / "new")
  flags = ["--ducklake-data-path", f"{new}/data/"]
  ended = run_to_end("serve", "--host", "127.0.0.1", "--port", "0", *flags)
  assert ended.returncode != 0
  assert f"{old}/data/" in ended.stderr and "docs/lake.md" in ended.stderr
  assert "OVERRIDE" not in ended.stderr
  with duckdb.connect(f"{new}/data.ducklake") as catalog:
    catalog.execute(
      f"UPDATE ducklake_metadata SET value = '{new}/data/' WHERE key = 'data_path'"
    )
  with RawClient(start(*flags).address) as raw:
    assert raw.rows("FROM t") == [(1,)]
    raw.update(Command.update("INSERT INTO t VALUES (2)"))
    assert raw.rows("FROM t ORDER BY a") == [(1,), (2,)]


def test_a_catalog_that_is_no_lake_is_refused(tmp_path):
  (tmp_path / "data.ducklake").write_bytes(b"not a database" * 1_000)
  ended = run_to_end(
    "serve", "--host", "127.0.0.1", "--port", "0", "--ducklake-data-path", f"{tmp_path}/data/"
  )
  assert ended.returncode != 0
  assert "cannot attach the lake" in ended.stderr


def test_changes_of_rows_commit_by_themselves_and_leave_no_transaction_behind(start, lake):
  own = start(*lake)
  with RawClient(own.address) as raw, RawClient(own.address) as other:
    raw.update(Command.update("CREATE TABLE t (a INTEGER)"))
    for wrong in ("INSERT INTO t VALUES ('x')", "insert into nosuch VALUES (1)", "UPDATE t SET b = 1"):
      with pytest.raises(grpc.RpcError):
        raw.update(Command.update(wrong))
    assert raw.update(Command.update(" INSERT INTO t VALUES (1), (2) ; ;\n")) == 2
    raw.update(Command.update("INSERT INTO t VALUES (3); INSERT INTO t VALUES (4)"))
    assert raw.update(Command.update("-- a comment\nDELETE FROM t WHERE a = 1")) == 1
    assert raw.update(Command.update("\tmerge INTO t USING (VALUES (4)) AS s(a) ON t.a = s.a "
                                     "WHEN MATCHED THEN DELETE")) == 1
    # Announced as a query, it has run by then.
    assert raw.flight_info(Command.query("INSERT INTO t VALUES (5)")).tickets
    assert other.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (5,)]
    transaction = raw.begin()
    raw.update(Command.update("UPDATE t SET a = a + 10", transaction))
    raw.roll_back(transaction)
    raw.rows("BEGIN")
    raw.update(Command.update("DELETE FROM t"))
    raw.rows("ROLLBACK")
    assert raw.rows("SELECT a FROM t ORDER BY a") == [(2,), (3,), (5,)]
