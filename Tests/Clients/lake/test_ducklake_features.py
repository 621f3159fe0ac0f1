"""What DuckLake offers, through a Flight SQL client of a locked-down server."""

from __future__ import annotations

import datetime
import uuid

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, any_message, run, table
from support.ingestion import APPEND, ingest, ingest_refusal
from support.protobuf import message
from support.server import Server


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def lake(request, start_module, tmp_path_factory) -> Server:
  folder = tmp_path_factory.mktemp("features")
  if request.param == "duckdb":
    return start_module("--ducklake-data-path", f"{folder}/data/")
  cluster = request.getfixturevalue("cluster")
  if not cluster.is_up():
    cluster.start()
  database = f"features_{uuid.uuid4().hex[:8]}"
  cluster.sql(f'CREATE DATABASE "{database}"')
  return start_module(
    *cluster.flags(database, folder / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )


@pytest.fixture
def raw(lake):
  with RawClient(lake.address) as client:
    yield client


def newest(raw: RawClient) -> int:
  ((version,),) = raw.rows("SELECT id FROM lakehouse.current_snapshot()")
  return version


def test_time_travel_by_version_and_timestamp(raw, name):
  run(raw, f"CREATE TABLE {name} AS SELECT 1 AS a")
  before = newest(raw)
  ((moment,),) = raw.rows(
    f"SELECT snapshot_time FROM lakehouse.snapshots() WHERE snapshot_id = {before}"
  )
  run(raw, f"INSERT INTO {name} VALUES (2)", f"UPDATE {name} SET a = a * 10")
  assert raw.rows(f"FROM {name} ORDER BY a") == [(10,), (20,)]
  assert raw.rows(f"FROM {name} AT (VERSION => {before})") == [(1,)]
  assert raw.rows(f"FROM {name} AT (TIMESTAMP => TIMESTAMPTZ '{moment}')") == [(1,)]
  run(raw, f"DROP TABLE {name}")
  assert raw.rows(f"FROM {name} AT (VERSION => {before})") == [(1,)]


def test_a_version_that_is_not_there(raw, name):
  run(raw, f"CREATE TABLE {name} AS SELECT 1 AS a")
  with pytest.raises(grpc.RpcError) as caught:
    raw.rows(f"FROM {name} AT (VERSION => 1000000)")
  assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
  assert "No snapshot found" in caught.value.details()


def test_columns_are_added_dropped_renamed_and_widened(raw, name):
  run(
    raw, f"CREATE TABLE {name} AS SELECT 1::TINYINT AS a, 'x' AS b",
    f"ALTER TABLE {name} ADD COLUMN c INTEGER DEFAULT 7",
    f"ALTER TABLE {name} ALTER COLUMN a SET DATA TYPE BIGINT",
    f"ALTER TABLE {name} RENAME COLUMN b TO d",
    f"INSERT INTO {name} VALUES (5000000000, 'y', 8)",
  )
  assert raw.rows(f"FROM {name} ORDER BY a") == [(1, "x", 7), (5_000_000_000, "y", 8)]
  run(raw, f"ALTER TABLE {name} DROP COLUMN d")
  assert raw.query(f"FROM {name}").column_names == ["a", "c"]
  run(raw, f"ALTER TABLE {name} RENAME TO {name}_new")
  assert raw.rows(f"SELECT max(a) FROM {name}_new") == [(5_000_000_000,)]
  with pytest.raises(grpc.RpcError) as caught:
    run(raw, f"ALTER TABLE {name}_new ALTER COLUMN a SET DATA TYPE TINYINT")
  assert caught.value.code() in (
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED
  )


def test_fields_of_a_struct_are_added_and_dropped(raw, name):
  run(
    raw, f"CREATE TABLE {name} AS SELECT {{'x': 1, 'y': 2}} AS s",
    f"ALTER TABLE {name} ADD COLUMN s.z INTEGER", f"ALTER TABLE {name} DROP COLUMN s.x",
  )
  assert raw.rows(f"FROM {name}") == [({"y": 2, "z": None},)]


def test_merge(raw, name):
  run(
    raw, f"CREATE TABLE {name} AS SELECT i AS k, 'old' AS v FROM range(4) AS r(i)",
    f"MERGE INTO {name} USING (SELECT unnest([2, 9]) AS k) AS new ON {name}.k = new.k "
    "WHEN MATCHED THEN UPDATE SET v = 'new' WHEN NOT MATCHED THEN INSERT VALUES (new.k, 'added')",
    f"MERGE INTO {name} USING (SELECT 1 AS k) AS gone ON {name}.k = gone.k "
    "WHEN MATCHED THEN DELETE",
  )
  assert raw.rows(f"FROM {name} ORDER BY k") == [
    (0, "old"), (2, "new"), (3, "old"), (9, "added")
  ]


@pytest.mark.parametrize(
  "keys", ["region", "year(day)", "year(day), month(day)", "bucket(4, region)", "region, day(day)"],
)
def test_partitions(raw, name, keys):
  run(
    raw, f"CREATE TABLE {name} (region VARCHAR, day DATE)",
    f"ALTER TABLE {name} SET PARTITIONED BY ({keys})",
    f"INSERT INTO {name} SELECT 'r' || i % 3, DATE '2024-01-01' + (i * 40)::INTEGER "
    "FROM range(30) AS r(i)",
  )
  assert raw.rows(f"SELECT count(*) FROM {name} WHERE region = 'r1'") == [(10,)]
  found = raw.rows(f"SELECT count(*) FROM {name} WHERE day >= DATE '2026-01-01'")
  assert found == [(sum(i * 40 >= 731 for i in range(30)),)]
  ((files,),) = raw.rows(
    f"SELECT file_count FROM lakehouse.table_info() WHERE table_name = '{name}'"
  )
  assert files > 1
  run(raw, f"ALTER TABLE {name} RESET PARTITIONED BY")


@pytest.mark.parametrize("prefix", ["", "main.", 'lakehouse."MAIN".', "IF EXISTS "])
def test_rows_are_not_hidden_by_buckets(raw, name, prefix):
  """DuckLake passes over the files of rows that were there before."""
  run(raw, f"CREATE TABLE {name} AS SELECT i AS bucket, i AS b FROM range(20) t(i)")
  partition = f"ALTER TABLE {prefix}{name} SET PARTITIONED BY ({{}})"
  run(raw, partition.format("bucket"))
  for keys in ("bucket(4, b)", 'bucket, "BUCKET" (4, b)'):
    for update in (
      lambda sql: raw.update(Command.update(sql)),
      lambda sql: raw.update(Command.prepared_update(raw.prepare(sql).handle)),
    ):
      with pytest.raises(grpc.RpcError) as caught:
        update(partition.format(keys))
      assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
      assert f"{name} has rows" in caught.value.details()
  assert raw.rows(f"SELECT count(*) FROM {name} WHERE b < 10") == [(10,)]
  run(
    raw,
    "BEGIN",
    f"DELETE FROM {name}",
    partition.format("bucket(4, b)"),
    f"INSERT INTO {name} SELECT i, i FROM range(30) t(i)",
    "COMMIT",
  )
  for value in range(30):
    assert raw.rows(f"SELECT count(*) FROM {name} WHERE b = {value}") == [(1,)]
  assert raw.update(Command.update(f"DELETE FROM {name} WHERE b = 7")) == 1


def test_sorted_tables(raw, name):
  run(
    raw, f"CREATE TABLE {name} (a INTEGER)", f"ALTER TABLE {name} SET SORTED BY (a ASC)",
    f"INSERT INTO {name} VALUES (3), (1), (2)",
  )
  assert raw.rows(f"SELECT a FROM {name} ORDER BY a") == [(1,), (2,), (3,)]
  run(raw, f"ALTER TABLE {name} RESET SORTED BY")


def test_inlining_by_the_option_of_a_table(raw, name):
  run(
    raw, f"CREATE TABLE {name} (a INTEGER)",
    f"CALL lakehouse.set_option('data_inlining_row_limit', 10, table_name => '{name}')",
    f"INSERT INTO {name} VALUES (1)", f"INSERT INTO {name} VALUES (2)",
  )
  files = f"SELECT file_count FROM lakehouse.table_info() WHERE table_name = '{name}'"
  assert raw.rows(files) == [(0,)]
  run(raw, f"CALL ducklake_flush_inlined_data('lakehouse', table_name => '{name}')")
  assert raw.rows(files) == [(1,)]
  assert raw.rows(f"FROM {name} ORDER BY a") == [(1,), (2,)]


def test_the_changes_of_a_table(raw, name):
  run(raw, f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  first = newest(raw) + 1
  run(
    raw, f"INSERT INTO {name} VALUES (1, 'x'), (2, 'y')", f"UPDATE {name} SET b = 'z' WHERE a = 2",
    f"DELETE FROM {name} WHERE a = 1",
  )
  last = newest(raw)
  assert last == first + 2
  changes = [
    (first, "insert", 1, "x"), (first, "insert", 2, "y"),
    (first + 1, "update_postimage", 2, "z"), (first + 1, "update_preimage", 2, "y"),
    (first + 2, "delete", 1, "x"),
  ]
  columns = "SELECT snapshot_id, change_type, a, b"
  for source in [
    f"lakehouse.table_changes('{name}', {first}, {last})",
    f"ducklake_table_changes('lakehouse', 'main', '{name}', {first}, {last})",
  ]:
    assert sorted(raw.rows(f"{columns} FROM {source}")) == sorted(changes)
  inserted = raw.rows(
    f"SELECT a FROM ducklake_table_insertions('lakehouse', 'main', '{name}', {first}, {first})"
  )
  assert sorted(inserted) == [(1,), (2,)]
  deleted = raw.rows(f"SELECT a FROM lakehouse.table_deletions('{name}', {last}, {last})")
  assert deleted == [(1,)]


def test_snapshots_tell_what_they_changed(raw, name):
  run(raw, f"CREATE TABLE {name} (a INTEGER)")
  version = newest(raw)
  ((changes, moment),) = raw.rows(
    f"SELECT changes, snapshot_time FROM lakehouse.snapshots() WHERE snapshot_id = {version}"
  )
  assert dict(changes)["tables_created"] == [f"main.{name}"]
  assert abs(datetime.datetime.now(datetime.UTC) - moment) < datetime.timedelta(minutes=5)
  assert raw.rows("SELECT id FROM lakehouse.last_committed_snapshot()") == [(version,)]


def test_a_commit_has_a_message(raw, name):
  run(
    raw, "BEGIN", f"CREATE TABLE {name} (a INTEGER)",
    "CALL lakehouse.set_commit_message('somebody', 'for testing', extra_info => '{}')", "COMMIT",
  )
  found = raw.rows(
    "SELECT author, commit_message, commit_extra_info FROM lakehouse.snapshots() "
    f"WHERE snapshot_id = {newest(raw)}"
  )
  # Nobody is asked who they are here.
  assert found == [("somebody", "for testing", "{}")]


def test_views_and_macros_are_kept(raw, name):
  run(
    raw, f"CREATE TABLE {name} AS SELECT 20 AS a",
    f"CREATE VIEW {name}_view AS SELECT a + 1 AS b FROM {name}",
    f"CREATE MACRO {name}_twice(x) AS x * 2",
    f"CREATE MACRO {name}_more(x) AS TABLE SELECT a + x AS c FROM {name}",
  )
  assert raw.rows(f"SELECT {name}_twice(b) FROM {name}_view") == [(42,)]
  assert raw.rows(f"FROM {name}_more(2)") == [(22,)]
  run(raw, f"DROP VIEW {name}_view", f"DROP MACRO {name}_twice", f"DROP MACRO TABLE {name}_more")


def test_comments(lake, raw, name):
  run(
    raw, f"CREATE TABLE {name} (a INTEGER)", f"COMMENT ON TABLE {name} IS 'all of it'",
    f"COMMENT ON COLUMN {name}.a IS 'a part'",
  )
  assert raw.rows(
    f"SELECT comment FROM duckdb_tables() WHERE table_name = '{name}'"
  ) == [("all of it",)]
  assert raw.rows(
    f"SELECT comment FROM duckdb_columns() WHERE table_name = '{name}'"
  ) == [("a part",)]
  asked = any_message("CommandGetTables", message((1, "lakehouse"), (3, name), (5, True)))
  (only,) = raw.flight_info(asked).tickets
  (row,) = table(raw.messages(only)).to_pylist()
  schema = pa.ipc.read_schema(pa.py_buffer(row["table_schema"]))
  assert schema.field("a").metadata[b"ARROW:FLIGHT:SQL:REMARKS"] == b"a part"
  assert raw.rows(
    f"SELECT table_comment FROM information_schema.tables WHERE table_name = '{name}'"
  ) == [("all of it",)]
  with adbc.connect(lake.uri, autocommit=True) as connection:
    schema = connection.adbc_get_table_schema(name)
  assert schema.field("a").metadata[b"ARROW:FLIGHT:SQL:REMARKS"] == b"a part"


def test_how_large_a_table_is(raw, name):
  run(
    raw, f"CREATE TABLE {name} AS SELECT range AS a FROM range(1000)", f"INSERT INTO {name} VALUES (-1)",
    f"DELETE FROM {name} WHERE a >= 990",
  )
  (files,) = raw.rows(
    "SELECT file_count, delete_file_count, file_size_bytes > 0 "
    f"FROM ducklake_table_info('lakehouse') WHERE table_name = '{name}'"
  )
  assert files == (2, 1, True)
  assert raw.rows(
    f"SELECT estimated_size FROM duckdb_tables() WHERE table_name = '{name}'"
  ) == [(1001,)]


def test_metadata_hides_what_the_lake_keeps_of_itself(raw):
  for command in [
    any_message("CommandGetCatalogs"), any_message("CommandGetDbSchemas"),
    any_message("CommandGetTables", message((5, True))),
    any_message("CommandGetTables", message((1, "__ducklake_metadata_lakehouse"))),
  ]:
    (only,) = raw.flight_info(command).tickets
    listed = table(raw.messages(only))
    assert "__ducklake_metadata" not in str(listed.column(0).to_pylist())


def test_truncate(raw, name):
  run(raw, f"CREATE TABLE {name} AS FROM range(10)", f"TRUNCATE {name}")
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_schemas(raw, name):
  run(
    raw, f"CREATE SCHEMA {name}", f"CREATE TABLE {name}.t AS SELECT 1 AS a",
    f"COMMENT ON TABLE {name}.t IS 'x'",
  )
  assert raw.rows(f"FROM lakehouse.{name}.t") == [(1,)]
  run(raw, f"DROP SCHEMA {name} CASCADE")
  with pytest.raises(grpc.RpcError):
    raw.rows(f"FROM {name}.t")


def test_a_schema_that_is_not_there(raw, name):
  rows = pa.table({"a": [1]})
  with pytest.raises(grpc.RpcError) as caught:
    run(raw, "CREATE TABLE nowhere.t (a INTEGER)")
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND
  status, text = ingest_refusal(raw, Command.ingest(name, schema="nowhere"), rows)
  assert status == grpc.StatusCode.NOT_FOUND and "nowhere" in text


def test_nested_and_rare_types_are_kept(raw, name):
  run(
    raw,
    f"CREATE TABLE {name} AS SELECT [1, NULL] AS l, {{'a': [1]}} AS s, MAP {{'k': 1}} AS m, "
    "uuid '00000000-0000-0000-0000-000000000001' AS u, 1.5::DECIMAL(38, 10) AS d, "
    "'\\xAA'::BLOB AS b, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS t, '{\"j\": 1}'::JSON AS j",
  )
  ((lists, struct, pairs, *_),) = raw.rows(f"SELECT * EXCLUDE (u) FROM {name}")
  assert (lists, struct, list(pairs)) == ([1, None], {"a": [1]}, [("k", 1)])
  assert raw.rows(f"SELECT u::VARCHAR, j->>'j' FROM {name}") == [
    ("00000000-0000-0000-0000-000000000001", "1")
  ]


@pytest.mark.parametrize(
  ("value", "kept"),
  [
    ("9007199254740993::HUGEINT", "9007199254740992"),
    ("(SELECT sum(n) FROM (VALUES (9007199254740993)) AS t(n))", "9007199254740992"),
    ("(SELECT sum(n)::DECIMAL(38, 0) FROM (VALUES (9007199254740993)) AS t(n))", "9007199254740993"),
    ("to_microseconds(1500)", "00:00:00.001"),
    ("'12:00:00+05:30'::TIMETZ", "06:30:00+00"),
  ],
)
def test_what_a_lake_keeps_less_exactly(raw, name, value: str, kept: str):
  """As docs/lake.md has it: what fails here has been mended by DuckDB."""
  run(raw, f"CREATE TABLE {name} AS SELECT {value} AS a")
  assert raw.rows(f"SELECT a::VARCHAR FROM {name}") == [(kept,)]


@pytest.mark.parametrize(
  "value", ["'1'::BIT", "1::BIGNUM", "'a'::ENUM ('a')", "union_value(a := 1)", "[1]::INTEGER[1]"]
)
def test_what_a_lake_does_not_keep(raw, name, value: str):
  with pytest.raises(grpc.RpcError, match="unsupported type") as caught:
    run(raw, f"CREATE TABLE {name} AS SELECT {value} AS a")
  assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_what_parquet_does_not_take_is_not_worth_another_try(raw, name):
  with pytest.raises(grpc.RpcError, match="negative intervals") as caught:
    run(raw, f"CREATE TABLE {name} AS SELECT to_days(-1) AS a")
  assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


def test_time_stamps_of_nanoseconds_begin_with_the_first_whole_day(raw, name):
  """DuckLake keeps the least and the greatest value as text, and DuckDB writes none for the day before."""
  first_day = -106_751 * 86_400 * 10**9
  rows = pa.table({"t": pa.array([first_day, 2**63 - 2, None], pa.timestamp("ns"))})
  assert ingest(raw, Command.ingest(name), rows) == 3
  assert raw.rows(f"SELECT epoch_ns(t) FROM {name} ORDER BY t") == [(first_day,), (2**63 - 2,), (None,)]
  before = pa.table({"t": pa.array([first_day - 1], pa.timestamp("ns"))})
  code, details = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), before)
  assert code == grpc.StatusCode.INVALID_ARGUMENT and "out of range" in details
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(3,)]


def test_times_of_nanoseconds_are_kept_in_microseconds(raw, name):
  """As Polars has them. DuckDB writes no Parquet of its TIME_NS, and ends with a fatal error."""
  nanoseconds = pa.time64("ns")
  whole = pa.array([3_600_000_001_000, None], nanoseconds)
  nested = pa.StructArray.from_arrays([whole, pa.ListArray.from_arrays([0, 1, 2], whole)], ["t", "l"])
  rows = pa.table({"t": whole, "s": nested, "d": whole.dictionary_encode()})
  assert ingest(raw, Command.ingest(name), rows) == 2
  moment = datetime.time(1, 0, 0, 1)
  found = raw.rows(f"FROM {name}")
  assert found == [
    (moment, {"t": moment, "l": [moment]}, moment), (None, {"t": None, "l": [None]}, None),
  ]
  assert {kind for (kind,) in raw.rows(f"SELECT typeof(t) FROM {name}")} == {"TIME"}
  part = pa.table({"t": pa.array([1_001], nanoseconds)})
  code, details = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), part)
  assert code == grpc.StatusCode.INVALID_ARGUMENT
  assert 'Column "t"' in details and "1001" in details
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(2,)]


def test_no_column_becomes_of_a_type_whose_name_is_put_together(raw, name):
  """DuckDB's fatal error would end the server."""
  times = """json_transform('{"a": "12:00"}', '{"a": "TIM' || 'E_NS"}') AS a"""
  for query in [f"SELECT {times}", f"PIVOT (SELECT 1 AS k, {times}) ON k USING first(a)"]:
    with pytest.raises(grpc.RpcError, match="TIME_NS is not allowed"):
      raw.rows(f"CREATE TABLE {name} AS {query}")
  run(raw, f"CREATE TABLE {name} AS PIVOT (SELECT 1 AS k, 2 AS a) ON k USING first(a)")
  assert raw.rows(f"FROM {name}") == [(2,)]


def test_a_message_shows_no_path_of_the_server(lake, raw, name, tmp_path_factory):
  run(raw, f"CREATE TABLE {name} AS SELECT 1 AS a")
  ((path,),) = raw.rows(f"SELECT data_file FROM ducklake_list_files('lakehouse', '{name}')")
  folder = tmp_path_factory.getbasetemp()
  (file,) = folder.rglob(path.rpartition("/")[2])
  file.write_bytes(b"")
  with pytest.raises(grpc.RpcError) as caught:
    raw.rows(f"FROM {name}")
  assert str(folder) not in caught.value.details()
  assert f"lakehouse:main/{name}/" in caught.value.details()


def test_a_transaction_with_a_dynamic_pivot(raw, lake, name):
  """Of a PIVOT whose columns depend on the data DuckDB makes several statements."""
  run(raw, f"CREATE TABLE {name} AS SELECT 1 AS a")
  assert raw.rows(f"BEGIN; INSERT INTO {name} VALUES (9); PIVOT {name} ON a USING count(*)") == [(1, 1)]
  with RawClient(lake.address) as other:
    assert other.rows(f"FROM {name}") == [(1,)]
    run(raw, "COMMIT")
    assert sorted(other.rows(f"FROM {name}")) == [(1,), (9,)]
