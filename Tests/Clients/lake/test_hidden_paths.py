"""Where the server keeps its files is nobody's business: no result, plan or message tells."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import grpc
import pytest

from support import tokens
from support.flightsql import Command, RawClient
from support.health import FLAGS, Health
from support.server import ROOT, Server, eventually
from support.tokens import SECRET, claims

HIDDEN = re.compile(r"^/proc/self/fd/\d+/main/t/(a=1/)?ducklake-[-0-9a-f]+\.parquet$")

# Whatever may tell of paths, and what is refused since it does.
QUESTIONS = [
  "EXPLAIN SELECT * FROM t", "EXPLAIN ANALYZE SELECT * FROM t",
  "EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM t WHERE a = 1",
  "SELECT md5(filename), filename FROM t", "FROM ducklake_list_files('lakehouse', 't')",
  "FROM ducklake_settings('lakehouse')", "FROM ducklake_options('lakehouse')",
  "FROM lakehouse.options()", "FROM settings()", "FROM lakehouse.main.settings()",
  "FROM ducklake_table_info('lakehouse')",
  "FROM lakehouse.snapshots()", "FROM lakehouse.table_changes('t', 0, 2)", "SUMMARIZE t",
  "FROM duckdb_databases()", "SELECT * FROM duckdb_databases", "PRAGMA database_list",
  "FROM pragma_database_list", "FROM duckdb_settings()", "FROM pg_settings", "SHOW DATABASES",
  "SHOW ALL TABLES", "PRAGMA database_size", "FROM pg_catalog.pg_database",
  "FROM information_schema.schemata", "FROM information_schema.tables", "FROM duckdb_tables()",
  "FROM duckdb_views()", "FROM duckdb_schemas()", "FROM duckdb_memory()",
  "FROM duckdb_extensions()", "FROM duckdb_secrets()", "FROM duckdb_temporary_files()",
  "FROM duckdb_external_file_cache()", "SELECT current_setting('temp_directory')",
  "SELECT current_setting('extension_directory')", "SELECT current_setting('home_directory')",
  "SELECT current_setting('secret_directory')", "SELECT getenv('HOME')",
  "SELECT current_setting('allowed_directories')", "FROM '/proc/self/fd/9/main/t/*.parquet'",
  "FROM read_parquet('/proc/self/fd/9/x.parquet')", "FROM glob('/proc/self/fd/*/**')",
  "COPY t TO '/nowhere/x.parquet'", "ATTACH 'other.db'", "LOAD nothing",
]


@pytest.fixture(params=["duckdb", "sqlite", "postgres"])
def flags(request, tmp_path) -> list[str]:
  flags = ["--ducklake-data-path", f"{tmp_path}/lake/"]
  if request.param == "sqlite":
    flags += ["--ducklake-catalog", f"sqlite:{tmp_path}/lake.sqlite"]
  if request.param == "postgres":
    cluster, database = request.getfixturevalue("cluster"), request.getfixturevalue("database")
    flags = cluster.flags(database, f"{tmp_path}/lake/")
    (tmp_path / "password").write_text(cluster.password)
    flags += ["--pg-password-file", f"{tmp_path}/password", "--pg-schema", "kept here"]
  return flags


@pytest.fixture
def own(start, flags) -> Server:
  server = start("--secret-key", SECRET, "--password", "secret", *flags)
  with client(server, "user") as raw:
    for sql in ["CREATE TABLE t AS SELECT range AS a, 'x' AS b FROM range(1000)",
                "DELETE FROM t WHERE a = 3", "INSERT INTO t VALUES (1, 'y')"]:
      raw.update(Command.update(sql))
  return server


def client(server: Server, role: str) -> RawClient:
  made = RawClient(server.address)
  token = tokens.token(SECRET, claims(role=role))
  made.metadata = [("authorization", f"Bearer {token}")]
  return made


def shown(raw: RawClient, sql: str) -> str:
  """A result or the message of a failure, without the line breaks that plans put into paths."""
  try:
    text = repr(raw.rows(sql))
  except grpc.RpcError as error:
    text = f"{error.code()} {error.details()}"
  return re.sub(r"[\s│]|\\n", "", text)


def test_files_are_named_by_a_path_that_tells_nothing(own):
  for role in ("reader", "user", "admin"):
    with client(own, role) as raw:
      for sql in ["SELECT DISTINCT filename FROM t", 'SELECT DISTINCT x."FILENAME" FROM t AS x']:
        names = raw.rows(sql)
        assert len(names) == 2
        assert all(HIDDEN.match(name) for (name,) in names)


def test_nothing_that_clients_may_ask_tells_where(own, tmp_path):
  places = (tmp_path, Path.home(), ROOT, "/lake.", "lakehouse-postgres")
  for role in ("reader", "user"):
    with client(own, role) as raw:
      for sql in QUESTIONS:
        told = shown(raw, sql)
        assert not any(str(place) in told for place in places), (sql, told)


LISTS = [
  "duckdb_tables()", "duckdb_columns()", "duckdb_schemas()", "duckdb_views()", "duckdb_constraints()",
  "duckdb_indexes()", "duckdb_types()", "duckdb_sequences()", "information_schema.tables",
  "information_schema.columns", "information_schema.schemata", "information_schema.table_constraints",
  "information_schema.key_column_usage", "pg_catalog.pg_class", "pg_catalog.pg_attribute",
  "pg_catalog.pg_namespace", "pg_catalog.pg_database", "pg_catalog.pg_tables", "pg_catalog.pg_views",
  "sqlite_master",
]
MISSING = ["FROM r", "FROM nosuch.t", "FROM ducklake_snapshot", "FROM ducklake_tables", "FROM routines_"]


def test_the_catalog_of_the_lake_is_in_no_list_and_no_suggestion(own):
  for role in ("reader", "user"):
    with client(own, role) as raw:
      for sql in [f"SELECT * FROM {name}" for name in LISTS] + ["SHOW ALL TABLES", "SHOW DATABASES", *MISSING]:
        told = shown(raw, sql)
        assert "__ducklake_metadata" not in told and "ducklake_data_file" not in told, (sql, told)
      for sql in ["PRAGMA database_size", "FROM pragma_database_size()"]:
        assert "PERMISSION_DENIED" in shown(raw, sql)
  with client(own, "admin") as raw:
    assert "lakehouse" in shown(raw, "PRAGMA database_size")


def test_a_plan_with_files_is_shown(own):
  with client(own, "reader") as raw:
    assert "/proc/self/fd/" in shown(raw, "EXPLAIN ANALYZE SELECT * FROM t")


def test_messages_name_files_by_the_lake(own, tmp_path):
  with client(own, "user") as raw:
    raw.update(Command.update("CREATE TABLE u AS SELECT range AS a FROM range(10000)"))
    shutil.rmtree(tmp_path / "lake/main/u")
    with pytest.raises(grpc.RpcError) as caught:
      raw.rows("SELECT sum(a) FROM u")
  assert "lakehouse:main/u/ducklake-" in caught.value.details()
  assert "/proc" not in caught.value.details() and str(tmp_path) not in caught.value.details()


def test_the_catalog_knows_the_folder_by_its_own_path(start, own, flags, tmp_path):
  """Nothing of this process is left in it: other servers, with other descriptors, read it alike."""
  assert own.stop() == 0
  # Another descriptor is likely to be the folder's there.
  held = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
  try:
    again = start("--no-lockdown", *flags)
    with RawClient(again.address) as raw:
      assert raw.rows("SELECT count(*), sum(a) FROM t") == [(1000, 499_498)]
      assert raw.rows("SELECT data_path FROM ducklake_settings('lakehouse')") == [(f"{tmp_path}/lake/",)]
      catalog = '__ducklake_metadata_lakehouse' + ('."kept here"' if "--pg-host" in flags else "")
      for table in ("schema", "table", "data_file", "delete_file", "files_scheduled_for_deletion"):
        assert raw.rows(f"FROM {catalog}.ducklake_{table} WHERE NOT path_is_relative") == []
  finally:
    held.kill()
    held.wait()


def test_maintenance_finds_the_files(own, tmp_path):
  """Those that the lake knows and those that it doesn't are told apart."""
  (tmp_path / "lake/main/t/unknown.parquet").write_bytes(b"x")
  with client(own, "admin") as raw:
    raw.rows("CALL lakehouse.merge_adjacent_files()")
    raw.rows("BEGIN")
    raw.rows("CALL ducklake_rewrite_data_files('lakehouse', delete_threshold => 0)")
    raw.rows("COMMIT")
    raw.rows("CALL ducklake_expire_snapshots('lakehouse', older_than => now())")
    raw.rows("CALL ducklake_cleanup_old_files('lakehouse', cleanup_all => true)")
    deleted = raw.rows("CALL ducklake_delete_orphaned_files('lakehouse', cleanup_all => true)")
    assert [Path(path).name for (path,) in deleted] == ["unknown.parquet"]
    assert raw.rows("SELECT count(*), sum(a) FROM t") == [(1000, 499_498)]
    known = raw.rows("FROM ducklake_list_files('lakehouse', 't')")
  here = {path.name for path in (tmp_path / "lake").rglob("*.parquet")}
  assert here == {Path(path).name for row in known for path in (row[0], row[4]) if path}


def test_a_lake_that_is_read_only_hides_its_folder_too(start, own, flags):
  assert own.stop() == 0
  with RawClient(start(*flags, "--read-only").address) as raw:
    assert all(HIDDEN.match(name) for (name,) in raw.rows("SELECT DISTINCT filename FROM t"))


def test_a_lake_that_knows_a_file_by_its_whole_path_keeps_it(start, flags, tmp_path):
  """It would be taken for one that the lake doesn't know, were its folder known by another path."""
  added = tmp_path / "lake/added.parquet"
  make = (
    f"CREATE TABLE t (a BIGINT); COPY (SELECT 1::BIGINT AS a) TO '{added}'; "
    f"CALL ducklake_add_data_files('lakehouse', 't', '{added}')"
  )
  assert start(*flags, "--init-sql", make).stop() == 0
  with RawClient(start(*flags).address) as raw:
    assert raw.rows("SELECT filename FROM t") == [(str(added),)]
    raw.rows("CALL ducklake_delete_orphaned_files('lakehouse', cleanup_all => true)")
    raw.rows("CHECKPOINT")
    assert raw.rows("FROM t") == [(1,)]


def test_a_server_that_may_open_no_other_path_is_left_as_it_is(start, flags, tmp_path):
  lock = f"SET allowed_directories = ['{tmp_path}/lake/']; SET enable_external_access = false"
  with RawClient(start(*flags, "--init-sql", lock).address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
    assert raw.rows("SELECT a, filename FROM t")[0][1].startswith(f"{tmp_path}/lake/main/t/")


def test_no_file_gets_into_the_catalog_by_its_whole_path(own, tmp_path):
  with client(own, "admin") as raw:
    for argument in (f"'{tmp_path}/lake/x'", f"concat('{tmp_path}', '/lake/x')", "'x'"):
      assert "PERMISSION_DENIED" in shown(
        raw, f"CALL ducklake_add_data_files('lakehouse', 't', {argument})"
      )


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_lake_whose_folder_is_gone_says_so(start, tmp_path, is_removed):
  folder, moved = tmp_path / "data", tmp_path / "moved"
  server = start("--ducklake-data-path", f"{folder}/", *FLAGS)
  with RawClient(server.address) as raw, Health(server) as health:
    raw.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
    if is_removed:
      shutil.rmtree(folder)
    else:
      folder.rename(moved)
    for sql in [
      "FROM t", "INSERT INTO t VALUES (2)", "UPDATE t SET a = 3", "CREATE TABLE u AS SELECT 1 AS a",
    ]:
      with pytest.raises(grpc.RpcError) as caught:
        raw.rows(sql)
      assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
      assert "has been moved or removed" in caught.value.details()
      assert str(tmp_path) not in caught.value.details()
    assert raw.rows("SELECT 42") == [(42,)]
    assert eventually(lambda: health.component("catalog")["status"] != "serving")
    assert str(tmp_path) not in str(health.component("catalog"))
    assert eventually(lambda: str(folder) in server.stderr), "the log says which"
    if not is_removed:
      moved.rename(folder)
      raw.update(Command.update("INSERT INTO t VALUES (2)"))
      assert raw.rows("SELECT count(*) FROM t") == [(2,)]
