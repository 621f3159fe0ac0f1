"""Who commits to a lake, and what happens when two do."""

from __future__ import annotations

import concurrent.futures

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support import tokens
from support.flightsql import Command, RawClient, run
from support.server import Server, run_to_end
from support.tokens import SECRET, claims


@pytest.fixture(scope="module")
def guarded(start_module, tmp_path_factory) -> Server:
  folder = tmp_path_factory.mktemp("commits")
  return start_module(
    "--password", "secret", "--secret-key", SECRET, "--ducklake-data-path", f"{folder}/data/",
    "--init-sql", "CREATE TABLE t (a INTEGER)",
  )


def client(server: Server, name: str, role: str = "user") -> RawClient:
  made = RawClient(server.address)
  token = tokens.token(SECRET, claims(sub=name, role=role))
  made.metadata = [("authorization", f"Bearer {token}")]
  return made


@pytest.fixture
def anna(guarded):
  with client(guarded, "anna") as made:
    yield made


def last_commit(raw: RawClient) -> tuple:
  (row,) = raw.rows(
    "SELECT author, commit_message FROM lakehouse.snapshots() ORDER BY snapshot_id DESC LIMIT 1"
  )
  return row


def snapshot_count(raw: RawClient) -> int:
  ((count,),) = raw.rows("SELECT count(*) FROM lakehouse.snapshots()")
  return count


@pytest.mark.parametrize(
  "sql",
  [
    "INSERT INTO t VALUES (1)", "UPDATE t SET a = 2", "DELETE FROM t", "TRUNCATE t",
    "CREATE TABLE {name} AS SELECT 1 AS a", "CREATE VIEW {name} AS SELECT 1 AS a",
    "CREATE SCHEMA {name}", "ALTER TABLE t ADD COLUMN {name} INTEGER", "COMMENT ON TABLE t IS 'x'",
    "MERGE INTO t USING (SELECT 7 AS b) ON a = b WHEN NOT MATCHED THEN INSERT (a) VALUES (b)",
    "BEGIN; INSERT INTO t (a) VALUES (1); COMMIT",
    "INSERT INTO t (a) VALUES (3); INSERT INTO t (a) VALUES (4)",
    "CREATE MACRO {name}(x) AS x + 1", "EXPLAIN ANALYZE INSERT INTO t (a) VALUES (6)",
    "EXPLAIN (ANALYZE, FORMAT json) DELETE FROM t WHERE a = 0",
  ],
)
def test_the_author_is_the_principal(guarded, anna, name, sql):
  run(anna, "INSERT INTO t (a) VALUES (0)")
  with client(guarded, "o'hara; DROP TABLE t", "admin") as other:
    before = snapshot_count(other)
    run(other, sql.replace("INTO t VALUES (1)", "INTO t (a) VALUES (1)").format(name=name))
    assert snapshot_count(other) > before
    assert last_commit(other) == ("o'hara; DROP TABLE t", None)
  run(anna, "INSERT INTO t (a) VALUES (5)")
  assert last_commit(anna) == ("anna", None)


def test_of_transactions_prepared_statements_and_ingestions(guarded, anna, name):
  transaction = anna.begin()
  anna.update(Command.update(f"CREATE TABLE {name} (a INTEGER)", transaction))
  anna.commit(transaction)
  assert last_commit(anna) == ("anna", None)
  authorization = dict(anna.metadata)["authorization"]
  options = {"adbc.flight.sql.authorization_header": authorization}
  with adbc.connect(guarded.uri, options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      before = snapshot_count(anna)
      cursor.execute(f"INSERT INTO {name} VALUES (?)", (1,))
      cursor.executemany(f"INSERT INTO {name} VALUES (?)", [(2,), (3,)])
      cursor.adbc_ingest(name, pa.table({"a": pa.array([4, 5], pa.int32())}), mode="append")
  commits = anna.rows(f"SELECT author FROM lakehouse.snapshots() WHERE snapshot_id >= {before}")
  assert commits == [("anna",)] * 3
  assert anna.rows(f"SELECT sum(a) FROM {name}") == [(15,)]


@pytest.fixture
def fragments(guarded, anna, name):
  """The name of a table in two files, one of them with a deleted row."""
  with client(guarded, "fred") as other:
    run(other, f"CREATE TABLE {name} AS SELECT range AS a FROM range(9)", f"DELETE FROM {name} WHERE a < 4")
    run(other, f"INSERT INTO {name} VALUES (10)", f"INSERT INTO {name} VALUES (11)")
  return name


@pytest.mark.parametrize(
  "sql",
  [
    "CALL ducklake_merge_adjacent_files('lakehouse', '{name}')",
    "FROM ducklake_merge_adjacent_files('lakehouse', '{name}')",
    "CALL ducklake_rewrite_data_files('lakehouse', '{name}', delete_threshold => 0)",
    "BEGIN; CALL ducklake_merge_adjacent_files('lakehouse', '{name}'); COMMIT", "CHECKPOINT",
    "CHECKPOINT lakehouse", 'CHECKPOINT /* it */ "LakeHouse";',
  ],
)
def test_maintenance_by_clients_bears_their_names(guarded, fragments, sql):
  with client(guarded, "olga", "admin") as admin:
    before = snapshot_count(admin)
    rows = f"SELECT count(*), sum(a) FROM {fragments}"
    expected = admin.rows(rows)
    run(admin, sql.format(name=fragments))
    made = snapshot_count(admin) - before
    authors = admin.rows(
      f"SELECT author FROM lakehouse.snapshots() ORDER BY snapshot_id DESC LIMIT {made}"
    )
    assert made > 0 and set(authors) == {("olga",)}
    assert admin.rows(rows) == expected


def test_a_checkpoint_in_a_prepared_statement_and_in_a_transaction(guarded, fragments):
  with client(guarded, "olga", "admin") as admin:
    prepared = admin.prepare("CHECKPOINT lakehouse")
    assert prepared.is_update
    admin.update(Command.prepared_update(prepared.handle))
    assert last_commit(admin) == ("olga", None)
    # Of what DuckDB keeps itself the same statement writes the log into the file.
    run(admin, "USE memory", "CHECKPOINT", "CHECKPOINT memory", "USE lakehouse")
    run(admin, f"INSERT INTO {fragments} VALUES (12)", "BEGIN", "CHECKPOINT", "COMMIT")
    assert admin.rows(f"SELECT count(*) FROM {fragments}") == [(8,)]
  with client(guarded, "usra") as user, pytest.raises(grpc.RpcError) as caught:
    run(user, "CHECKPOINT")
  assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
  "call",
  [
    "CALL lakehouse.set_commit_message('mallory', 'a message')",
    "CALL lakehouse.set_commit_message(NULL, 'a message')",
    "CALL ducklake_set_commit_message('lakehouse', 'mallory', 'a message')",
    'CALL "DuckLake_Set_Commit_Message"(\'lakehouse\', /* , */ $$mallory$$, \'a message\')',
    "CALL lakehouse.set_commit_message('mallory', 'a message', extra_info => 'x')",
  ],
)
@pytest.mark.parametrize("order", [0, 1])
def test_a_message_is_the_clients_and_its_author_is_not(anna, call, order):
  statements = [call, "INSERT INTO t (a) VALUES (1)"]
  run(anna, "BEGIN", *(statements if order else statements[::-1]), "COMMIT")
  assert last_commit(anna) == ("anna", "a message")
  # It was for that transaction alone.
  run(anna, "BEGIN", "INSERT INTO t (a) VALUES (1)", "COMMIT")
  assert last_commit(anna) == ("anna", None)


@pytest.mark.parametrize(
  "sql",
  [
    "CALL lakehouse.set_commit_message('mal' || 'lory', 'm')",
    "CALL lakehouse.set_commit_message(E'mallory', 'm')",
    "CALL lakehouse.set_commit_message(col0 => 'mallory', col1 => 'm')",
    "CALL ducklake_set_commit_message(lower('lakehouse'), 'mallory', 'm')",
    "FROM lakehouse.set_commit_message('mallory', 'm')",
    "SELECT 1; FROM ducklake_set_commit_message('lakehouse', 'mallory', 'm')",
    "CREATE VIEW spoof AS FROM lakehouse.set_commit_message('mallory', 'm')",
    "PREPARE p AS CALL lakehouse.set_commit_message('mallory', 'm')",
  ],
)
def test_other_ways_to_name_an_author_are_refused(anna, sql):
  for send in (anna.rows, anna.prepare, lambda text: run(anna, text)):
    with pytest.raises(grpc.RpcError) as caught:
      send(sql)
    assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert "set_commit_message" in caught.value.details()


def test_a_message_in_a_prepared_statement(anna):
  prepared = anna.prepare("CALL lakehouse.set_commit_message('mallory', 'prepared')")
  run(anna, "BEGIN", "INSERT INTO t (a) VALUES (1)")
  anna.update(Command.prepared_update(prepared.handle))
  run(anna, "COMMIT")
  assert last_commit(anna) == ("anna", "prepared")


def test_maintenance_signs_what_it_does(start, tmp_path):
  flags = ["--ducklake-data-path", f"{tmp_path}/data/"]
  with RawClient((server := start(*flags)).address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)", *[f"INSERT INTO t VALUES ({n})" for n in range(3)])
  server.stop()
  for _ in range(2):
    assert run_to_end("maintain", *flags).returncode == 0
  with RawClient(start(*flags).address) as raw:
    authors = raw.rows("SELECT author FROM lakehouse.snapshots() ORDER BY snapshot_id")
    # A run that finds nothing to do leaves nothing behind.
    assert authors == [(None,)] * 5 + [("lakehouse maintenance",)]


def test_a_reader_sees_the_history(guarded, anna):
  run(anna, "INSERT INTO t (a) VALUES (1)")
  ((version,),) = anna.rows("SELECT id FROM lakehouse.current_snapshot()")
  with client(guarded, "rea", "reader") as reader:
    for sql in [
      "FROM lakehouse.snapshots()", "FROM lakehouse.table_info()",
      f"FROM lakehouse.table_changes('t', {version}, {version})",
      f"FROM ducklake_table_insertions('lakehouse', 'main', 't', {version}, {version})",
      f"FROM t AT (VERSION => {version})", "FROM lakehouse.current_snapshot()",
    ]:
      assert reader.query(sql).num_rows > 0
    for sql in [
      "CALL lakehouse.set_commit_message(NULL, 'x')", "CALL lakehouse.expire_snapshots(versions => [1])",
      "FROM ducklake_expire_snapshots('lakehouse', versions => [1])", "CHECKPOINT",
      "FROM ducklake_cleanup_old_files('lakehouse', cleanup_all => true)",
      "FROM ducklake_set_option('lakehouse', 'target_file_size', '1MB')",
    ]:
      with pytest.raises(grpc.RpcError) as caught:
        reader.rows(sql)
      assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED, sql


def test_of_statements_that_meet_one_is_aborted(start, tmp_path):
  """Two clients count in one table: what was acknowledged counts, and no more."""
  server = start("--ducklake-data-path", f"{tmp_path}/data/")
  count_up(server, server, 20)


def test_of_statements_of_two_servers_that_meet_one_is_aborted(start, cluster, database, tmp_path):
  servers = [
    start(
      *cluster.flags(database, tmp_path / "data"),
      environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
    )
    for _ in range(2)
  ]
  count_up(*servers, 15)


def count_up(one: Server, two: Server, times: int) -> None:
  with RawClient(one.address) as raw:
    run(raw, "CREATE TABLE counter AS SELECT 0 AS n")

  def count(server: Server) -> int:
    with RawClient(server.address) as raw:
      done = 0
      for _ in range(times):
        try:
          run(raw, "UPDATE counter SET n = n + 1")
          done += 1
        except grpc.RpcError as error:
          assert error.code() == grpc.StatusCode.ABORTED, error.details()
      return done

  with concurrent.futures.ThreadPoolExecutor(2) as pool:
    done = list(pool.map(count, (one, two)))
  with RawClient(two.address) as raw:
    assert raw.rows("FROM counter") == [(sum(done),)]
  assert sum(done) >= times


def test_a_transaction_that_meets_another_is_aborted(start, tmp_path):
  server = start("--ducklake-data-path", f"{tmp_path}/data/")
  with RawClient(server.address) as one, RawClient(server.address) as two:
    run(one, "CREATE TABLE t AS SELECT 0 AS n")
    run(one, "BEGIN", "UPDATE t SET n = n + 1")
    run(two, "BEGIN", "UPDATE t SET n = n + 10")
    run(one, "COMMIT")
    with pytest.raises(grpc.RpcError) as caught:
      run(two, "COMMIT")
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert two.rows("FROM t") == [(1,)]


def test_snapshots_are_read_in_the_order_of_their_numbers(start, cluster, database, tmp_path):
  """As texts 100 comes before 99; and one that is missing might have changed anything."""
  server = start(
    *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  with RawClient(server.address) as raw, RawClient(server.address) as other:
    run(raw, "CREATE TABLE mine AS SELECT 0 AS n", "CREATE TABLE theirs (n INTEGER)")
    while snapshot_count(other) < 98:
      run(other, "INSERT INTO theirs VALUES (0)")
    run(raw, "BEGIN", "UPDATE mine SET n = n + 1")
    run(other, *["INSERT INTO theirs VALUES (1)"] * 4)
    run(raw, "COMMIT")
    assert raw.rows("FROM mine") == [(1,)]
    assert snapshot_count(raw) > 101


def test_a_reader_pivots(guarded, anna):
  run(anna, "CREATE TABLE pivoted AS SELECT 5 AS a")
  pivot = "PIVOT pivoted ON a USING count(*)"
  with client(guarded, "rea", "reader") as reader:
    for sql in [pivot, f"SELECT 1; {pivot}"]:
      assert reader.query(sql).to_pylist() == [{"5": 1}]
      assert reader.update(Command.update(sql)) == -1
    assert reader.rows(f"BEGIN; {pivot}; COMMIT; SELECT 1") == [(1,)]
