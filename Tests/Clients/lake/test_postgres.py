"""A lake whose catalog is in PostgreSQL."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import threading
import time

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pytest

from support import health
from support.certificates import Authority
from support.flightsql import Command, RawClient
from support.postgres import USER
from support.server import Server, eventually, run_to_end


def serve(start, cluster, database, tmp_path, *flags: str, **settings) -> Server:
  return start(
    *cluster.flags(database, tmp_path / "data"), *flags,
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password}, **settings,
  )


def test_it_is_kept(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)"))
    assert raw.rows("SELECT current_catalog(), count(*) FROM t") == [("lakehouse", 1000)]
  own.stop()
  with RawClient(serve(start, cluster, database, tmp_path).address) as raw:
    assert raw.rows("SELECT count(*) FROM t") == [(1000,)]
  assert cluster.sql("SELECT table_name FROM ducklake_table", database) == "t"


def test_the_connection_is_encrypted_and_checked(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path)
  query = (
    "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
    "WHERE application_name = 'lakehouse'"
  )
  assert cluster.sql(query) == "t"
  own.stop()
  flags = cluster.flags(database, tmp_path / "data")[:-2]
  ended = run_to_end(
    "serve", "--port", "0", "--host", "127.0.0.1", *flags, "--ducklake-wait-seconds", "0",
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  assert ended.returncode != 0
  assert "certificate verify failed" in ended.stderr


def test_the_schema_of_the_catalog(start, cluster, database, tmp_path):
  serve(start, cluster, database, tmp_path, "--pg-schema", "lake_catalog")
  found = cluster.sql(
    "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'ducklake%'", database
  )
  assert found == "lake_catalog"


def test_a_password_from_a_file(start, cluster, database, tmp_path):
  (tmp_path / "password").write_text(cluster.password + "\n")
  flags = cluster.flags(database, tmp_path / "data")
  own = start(*flags, "--pg-password-file", str(tmp_path / "password"))
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT current_catalog()") == [("lakehouse",)]


def test_a_wrong_password_is_told_at_once(cluster, database, tmp_path):
  ended = run_to_end(
    "serve", "--port", "0", "--host", "127.0.0.1", *cluster.flags(database, tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": "wrong-password"},
  )
  assert ended.returncode != 0
  assert "password authentication failed" in ended.stderr
  assert "wrong-password" not in ended.stderr


def test_a_database_that_is_not_there_is_told_at_once(cluster, tmp_path):
  ended = run_to_end(
    "serve", "--port", "0", "--host", "127.0.0.1", *cluster.flags("nosuch", tmp_path / "data"),
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  assert ended.returncode != 0
  assert 'database "nosuch" does not exist' in ended.stderr


def fails_to_start(cluster, database, tmp_path, *flags: str, password: str | None = None) -> str:
  """What a server says that can't be started, with what would follow from waiting excluded."""
  began = time.monotonic()
  ended = run_to_end(
    "serve", "--port", "0", "--host", "127.0.0.1", *cluster.flags(database, tmp_path / "data"),
    *flags, environment={"LAKEHOUSE_PG_PASSWORD": password or cluster.password},
  )
  assert ended.returncode != 0
  assert "cannot attach the lake" in ended.stderr
  assert (password or cluster.password) not in ended.stderr
  assert time.monotonic() - began < 10, "it isn't waited for what doesn't pass"
  return ended.stderr


def test_a_role_without_rights_is_told_at_once(cluster, database, tmp_path, name):
  cluster.sql(f"CREATE ROLE {name} LOGIN PASSWORD 'no-rights'")
  flags = ["--pg-user", name, "--pg-schema", "lake_catalog"]
  said = fails_to_start(cluster, database, tmp_path, *flags, password="no-rights")
  assert "permission denied" in said


def test_a_role_without_rights_on_a_lake_that_is_there(start, cluster, database, tmp_path, name):
  serve(start, cluster, database, tmp_path).stop()
  cluster.sql(f"CREATE ROLE {name} LOGIN PASSWORD 'no-rights'")
  said = fails_to_start(
    cluster, database, tmp_path, "--pg-user", name, password="no-rights"
  )
  assert "permission denied" in said


def test_an_error_does_not_tell_what_the_catalog_is_told(start, cluster, database, tmp_path, name):
  role = f"role_{name}"
  cluster.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'low'")
  cluster.sql(f'GRANT ALL ON DATABASE "{database}" TO {role}')
  cluster.sql(f"GRANT ALL ON SCHEMA public TO {role}", database)
  server = start(
    *cluster.flags(database, tmp_path / "data"), "--pg-user", role, "--ducklake-encrypted",
    environment={"LAKEHOUSE_PG_PASSWORD": "low"},
  )
  with RawClient(server.address) as raw:
    raw.update(Command.update("CREATE TABLE t (a VARCHAR)"))
    table = "ducklake_data_file"
    cluster.sql(f"ALTER TABLE {table} OWNER TO {USER}; GRANT SELECT ON {table} TO {role}", database)
    with pytest.raises(grpc.RpcError) as caught:
      raw.update(Command.update("INSERT INTO t VALUES ('secret')"))
    # With the SQL it would tell the key that the new file is encrypted with.
    assert "permission denied for table ducklake_data_file" in caught.value.details()
    assert "INSERT" not in caught.value.details() and "secret" not in caught.value.details()


def test_nor_what_the_catalog_cannot_read(start, cluster, database, tmp_path):
  """U+0000 in the value of a partition, which is in the SQL of the commit."""
  own = serve(start, cluster, database, tmp_path, "--ducklake-encrypted")
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t (i INTEGER, v VARCHAR)"))
    raw.update(Command.update("ALTER TABLE t SET PARTITIONED BY (v)"))
    with pytest.raises(grpc.RpcError) as caught:
      raw.update(Command.update("INSERT INTO t VALUES (1, 'a' || chr(0) || 'b')"))
    assert "Failed to flush changes into DuckLake" in caught.value.details()
    assert "INSERT INTO" not in caught.value.details()


def test_a_catalog_of_a_newer_format_is_told_at_once_and_left_alone(
  start, cluster, database, tmp_path
):
  serve(start, cluster, database, tmp_path).stop()
  newer = "UPDATE ducklake_metadata SET value = '99.0' WHERE key = 'version'"
  cluster.sql(newer, database)
  assert "99.0" in fails_to_start(cluster, database, tmp_path)
  version = "SELECT value FROM ducklake_metadata WHERE key = 'version'"
  assert cluster.sql(version, database) == "99.0"


def test_a_certificate_of_another_authority_is_refused(cluster, database, tmp_path):
  (folder := tmp_path / "other").mkdir()
  other = Authority(folder, "other")
  said = fails_to_start(
    cluster, database, tmp_path, "--pg-sslrootcert", str(other.path),
    "--ducklake-wait-seconds", "0",
  )
  assert "certificate verify failed" in said


def test_two_lakes_in_schemas_of_one_database(start, cluster, database, tmp_path):
  for number in (1, 2):
    own = serve(
      start, cluster, database, tmp_path / str(number), "--pg-schema", f"lake_{number}"
    )
    with RawClient(own.address) as raw:
      raw.update(Command.update(f"CREATE TABLE t AS SELECT {number} AS a"))
      assert raw.rows("FROM t") == [(number,)]


def test_a_server_waits_for_postgres(start, cluster, database, tmp_path):
  cluster.stop()
  with concurrent.futures.ThreadPoolExecutor(1) as pool:
    starting = pool.submit(serve, start, cluster, database, tmp_path)
    # It is up, and doesn't give up.
    assert not concurrent.futures.wait([starting], timeout=1).done
    cluster.start()
    with RawClient(starting.result().address) as raw:
      assert raw.rows("SELECT current_catalog()") == [("lakehouse",)]


def test_a_server_gives_up_waiting(cluster, database, tmp_path):
  flags = cluster.flags(database, tmp_path / "data")
  flags[flags.index("--pg-port") + 1] = "1"
  ended = run_to_end(
    "serve", "--port", "0", "--host", "127.0.0.1", *flags, "--ducklake-wait-seconds", "0.5",
    environment={"LAKEHOUSE_PG_PASSWORD": cluster.password},
  )
  assert ended.returncode != 0
  assert "Connection refused" in ended.stderr


def test_it_recovers_when_postgres_restarts(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
    cluster.stop()
    with RawClient(own.address) as newcomer:
      for client, sql in [(raw, "SELECT count(*) FROM t"), (newcomer, "SELECT 42")]:
        with pytest.raises(grpc.RpcError) as caught:
          client.rows(sql)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        # What isn't a client's business isn't told.
        for private in (
          cluster.password, "passfile", "sslrootcert", "dbname", "127.0.0.1", str(cluster.port), "LINE ",
        ):
          assert private not in caught.value.details()
    assert raw.rows("SELECT 42") == [(42,)]
    cluster.start()
    assert eventually(lambda: succeeds(raw, "INSERT INTO t VALUES (2)"))
    assert raw.rows("SELECT count(*) FROM t") == [(2,)]


def test_health_tells_of_postgres_and_of_its_return(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path, *health.FLAGS)
  asked = health.Health(own)
  assert asked.get("/readyz")[0] == 200
  cluster.stop()
  assert eventually(lambda: asked.get("/readyz")[0] == 503)
  said = asked.get("/readyz")[1]
  assert "'lakehouse' can't be read" in said
  for private in (cluster.password, "127.0.0.1", "passfile"):
    assert private not in said
  assert asked.get("/livez")[0] == 200
  cluster.start()
  assert eventually(lambda: asked.get("/readyz")[0] == 200)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))


def succeeds(raw: RawClient, sql: str) -> bool:
  try:
    raw.update(Command.update(sql))
  except grpc.RpcError:
    return False
  return True


def test_cut_connections_are_replaced(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
    for _ in range(5):
      cluster.cut_connections(database)
      assert raw.rows("SELECT count(*) FROM t") == [(1,)]


def test_transactions_use_more_connections_than_are_kept(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path, "--pg-pool-size", "1")
  count = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"
  with contextlib.ExitStack() as clients:
    raws = [clients.enter_context(RawClient(own.address)) for _ in range(3)]
    raws[0].update(Command.update("CREATE TABLE t (i INTEGER)"))
    transactions = [raw.begin() for raw in raws]
    for raw, transaction in zip(raws, transactions):
      assert raw.update(Command.update("INSERT INTO t VALUES (1)", transaction)) == 1
    assert int(cluster.sql(count)) >= 3
    for raw, transaction in zip(raws, transactions):
      raw.commit(transaction)
    assert raws[0].rows("SELECT count(*) FROM t") == [(3,)]
    assert eventually(lambda: cluster.sql(count) == "1")


def test_conflicting_transactions_are_aborted(start, cluster, database, tmp_path):
  uri = serve(start, cluster, database, tmp_path).uri
  with adbc.connect(uri) as one, adbc.connect(uri) as two:
    with one.cursor() as cursor:
      cursor.execute("CREATE TABLE t AS SELECT 1 AS a")
    one.commit()
    for connection in (one, two):
      with connection.cursor() as cursor:
        cursor.execute("UPDATE t SET a = a + 1")
    one.commit()
    with pytest.raises(adbc.OperationalError, match="(?i)conflict"):
      two.commit()
  # The driver has no transaction any more after a COMMIT that failed: a new connection has.
  with adbc.connect(uri) as again, again.cursor() as cursor:
    cursor.execute("UPDATE t SET a = a + 1")
    cursor.execute("FROM t")
    assert cursor.fetchall() == [(3,)]


def test_two_servers_share_a_lake(start, cluster, database, tmp_path):
  """Writers on both: every acknowledged row is there once, and both servers read the same."""
  servers = [serve(start, cluster, database, tmp_path) for _ in range(2)]
  with RawClient(servers[0].address) as raw:
    raw.update(Command.update("CREATE TABLE t (writer INTEGER, n INTEGER)"))
    raw.update(Command.update("CREATE TABLE counter AS SELECT 0 AS n"))
  acknowledged: list[tuple[int, int]] = []
  increments = []
  lock = threading.Lock()

  def write(writer: int) -> None:
    with RawClient(servers[writer % 2].address) as raw:
      for n in range(15):
        while not succeeds(raw, f"INSERT INTO t VALUES ({writer}, {n})"):
          pass
        with lock:
          acknowledged.append((writer, n))
        if succeeds(raw, "UPDATE counter SET n = n + 1"):
          with lock:
            increments.append(1)

  with concurrent.futures.ThreadPoolExecutor(4) as pool:
    list(pool.map(write, range(4)))
  for own in servers:
    with RawClient(own.address) as raw:
      assert raw.rows("FROM t ORDER BY ALL") == sorted(acknowledged)
      assert raw.rows("FROM counter") == [(len(increments),)]


def test_the_password_is_in_no_file_that_others_can_open(start, cluster, database, tmp_path):
  own = serve(start, cluster, database, tmp_path, "--no-lockdown")
  open_files = [os.readlink(f"/proc/{own.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{own.pid}/fd")]
  (held,) = [path for path in open_files if "lakehouse-" in path and "(deleted)" in path]
  assert not os.path.exists(held.removesuffix(" (deleted)"))
  with RawClient(own.address) as raw:
    shown = str(raw.rows("SELECT path FROM duckdb_databases()"))
  assert cluster.password not in shown
