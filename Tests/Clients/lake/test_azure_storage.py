"""A lake in Azure's storage, reached by a connection string: its life, failures, what is in reach."""

from __future__ import annotations

import urllib.parse

import grpc
import pytest

from support import lake
from support.azure import Azure
from support.flightsql import RawClient
from support.server import Server, run_to_end

BLOCK = "blockid="
BLOCK_LIST = "comp=blocklist"


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
  """Its pages are short, so that every listing takes several; a request must arrive within 2 s."""
  flags = ("--page-size", "3", "--request-seconds", "2")
  with Azure(tmp_path_factory.mktemp("azure"), *flags) as running:
    yield running


@pytest.fixture(autouse=True)
def no_faults(azure):
  yield
  azure.clear_faults()


@pytest.fixture(params=["az", "abfss"])
def scheme(request) -> str:
  return request.param


@pytest.fixture
def flags(azure, scheme, name, tmp_path) -> list[str]:
  return [
    "--ducklake-data-path", f"{scheme}://lake/{name}/", "--ducklake-catalog",
    f"{tmp_path}/catalog.ducklake", "--azure-connection-string-file",
    str(azure.connection_string_file),
  ]


def assert_hidden(azure: Azure, server: Server, *messages: str) -> None:
  """Nothing that lets one in has come out."""
  for text in (server.stderr, *messages):
    assert azure.account_key not in text
    assert azure.account_key[:20] not in text
    assert "sig=" not in text and "AccountKey" not in text and "SharedKey " not in text


def fails(server: Server, sql: str) -> grpc.RpcError:
  with RawClient(server.address) as raw, pytest.raises(grpc.RpcError) as failed:
    raw.query(sql)
  return failed.value


def rows(server: Server, sql: str) -> list[tuple]:
  with RawClient(server.address) as raw:
    return raw.rows(sql)


def asked(azure: Azure, name: str, after: int = 0) -> list[dict]:
  return [entry for entry in azure.requests(after) if f"/lake/{name}/" in entry["uri"]]


def test_a_lake_lives(start, azure, flags, name):
  own = start(*flags)
  snapshot = lake.fill(own)
  lake.check(own, snapshot)
  lake.update(own, "CHECKPOINT")
  lake.check(own)
  assert own.stop() == 0
  again = start(*flags)
  lake.check(again)
  lake.update(again, "INSERT INTO t VALUES (1, 'after the restart')")
  assert rows(again, "SELECT b FROM t WHERE a = 1") == [("after the restart",)]
  assert {entry["authorization"] for entry in asked(azure, name)} == {"SharedKey"}
  assert_hidden(azure, own)
  assert_hidden(azure, again)


def test_files_that_are_no_longer_needed_are_deleted(start, azure, flags, name):
  own = start(*flags)
  lake.update(own, "CREATE TABLE t AS SELECT range AS a FROM range(10)")
  for _ in range(4):
    lake.update(own, "INSERT INTO t FROM t")
  lake.update(own, "CALL lakehouse.set_option('expire_older_than', '0 seconds')")
  lake.update(own, "CALL lakehouse.set_option('delete_older_than', '0 seconds')")
  lake.update(own, "CHECKPOINT")
  assert rows(own, "SELECT count(*), sum(a) FROM t") == [(160, 720)]
  deleted = [entry for entry in asked(azure, name) if entry["method"] == "DELETE"]
  assert len(deleted) >= 5 and {entry["status"] for entry in deleted} <= {200, 202}


def test_a_busy_storage_is_asked_again(start, azure, flags, name):
  own = start(*flags)
  lake.update(own, "CREATE TABLE t (a BIGINT)")
  for number, status in enumerate((500, 503)):
    azure.respond(status, path=f"/{name}/", count=2)
    lake.update(own, f"INSERT INTO t SELECT {number} FROM range(1000)")
    assert azure.faults() == []
  assert own.stop() == 0
  again = start(*flags)
  azure.respond(503, method="GET", path=f"/{name}/", count=2)
  azure.delay(0.5, method="GET", path=f"/{name}/")
  assert rows(again, "SELECT count(*), sum(a) FROM t") == [(2000, 1000)]
  assert azure.faults() == []


REFUSED = (grpc.StatusCode.PERMISSION_DENIED, "check its key, token or role")


@pytest.mark.parametrize("status, told", [
  (401, REFUSED), (403, REFUSED), (429, (grpc.StatusCode.UNAVAILABLE, "Too Many Requests")),
])
def test_what_is_not_allowed_is_told_without_secrets(start, azure, flags, name, status, told):
  own = start(*flags)
  lake.update(own, "CREATE TABLE t AS SELECT 1 AS a")
  azure.respond(status, method="PUT", path=f"/{name}/", count=100)
  write = fails(own, "INSERT INTO t VALUES (2)")
  azure.clear_faults()
  assert rows(own, "FROM t") == [(1,)]
  assert own.stop() == 0
  again = start(*flags)
  azure.respond(status, path=f"/{name}/", count=100)
  read = fails(again, "FROM t")
  azure.clear_faults()
  for failure in (write, read):
    assert failure.code() == told[0] and told[1] in failure.details(), failure.details()
  assert rows(again, "FROM t") == [(1,)]
  assert_hidden(azure, own, write.details())
  assert_hidden(azure, again, read.details())


def test_a_container_that_is_not_there_is_told(start, azure, flags):
  own = start(*[flag.replace("://lake/", "://nosuch/") for flag in flags])
  failed = fails(own, "CREATE TABLE t AS SELECT 1 AS a")
  assert failed.code() == grpc.StatusCode.FAILED_PRECONDITION, failed.details()
  assert "check the server's data path" in failed.details()


def test_a_wrong_key_is_told_without_it(start, azure, flags, tmp_path):
  wrong = azure.connection_string.replace(azure.account_key, "d3JvbmcgYnV0IHNlY3JldCBrZXk=")
  (tmp_path / "connection-string").write_text(wrong)
  own = start(*flags[:-1], f"{tmp_path}/connection-string")
  refused = fails(own, "CREATE TABLE t AS SELECT 1 AS a")
  assert "AuthenticationFailed" in refused.details()
  assert refused.code() == grpc.StatusCode.PERMISSION_DENIED
  for text in (refused.details(), own.stderr):
    assert "d3JvbmcgYnV0" not in text and "wrong but secret" not in text


@pytest.mark.parametrize("text", [
  "AccountName=devaccount;AccountKey=c2VjcmV0LWtleQ", "c2VjcmV0LWtleQ", "AccountKey=c2VjcmV0LWtleQ;;=",
])
def test_a_connection_string_that_is_none_is_not_shown(azure, flags, tmp_path, text):
  (tmp_path / "connection-string").write_text(text)
  ended = run_to_end(
    "serve", "--host", "127.0.0.1", "--port", "0", *flags[:-1], f"{tmp_path}/connection-string",
    "--init-sql", "CREATE TABLE t AS SELECT 1 AS a", timeout_seconds=60,
  )
  assert ended.returncode != 0
  assert "c2VjcmV0LWtleQ" not in ended.stderr + ended.stdout


def test_a_signed_url_is_not_shown(start, azure, flags, name, tmp_path):
  text = azure.signed_connection_string()
  (tmp_path / "connection-string").write_text(text)
  own = start(*flags[:-1], f"{tmp_path}/connection-string")
  lake.update(own, "CREATE TABLE t AS SELECT 1 AS a")
  assert rows(own, "FROM t") == [(1,)]
  assert {entry["authorization"] for entry in asked(azure, name)} == {"SAS"}
  azure.respond(403, path=f"/{name}/", count=100)
  write = fails(own, "INSERT INTO t VALUES (2)")
  signature = dict(urllib.parse.parse_qsl(text.partition("SharedAccessSignature=")[2]))["sig"]
  for shown in (write.details(), own.stderr):
    assert signature not in shown and urllib.parse.quote_plus(signature) not in shown
  assert_hidden(azure, own, write.details())


@pytest.mark.parametrize("cut_after", [0, 100])
def test_a_body_that_is_cut_changes_no_result(start, azure, flags, name, cut_after):
  own = start(*flags)
  lake.update(own, "CREATE TABLE t AS SELECT range AS a, hash(range) AS b FROM range(200000)")
  (wanted,) = rows(own, "SELECT count(*), sum(a), sum(b % 1000) FROM t")
  assert own.stop() == 0
  again = start(*flags)
  azure.cut(cut_after, method="GET", path=f"/{name}/", count=2)
  try:
    assert rows(again, "SELECT count(*), sum(a), sum(b % 1000) FROM t") == [wanted]
  except grpc.RpcError as error:
    assert_hidden(azure, again, error.details())
  assert azure.faults() == []
  assert rows(again, "SELECT count(*), sum(a), sum(b % 1000) FROM t") == [wanted]


def test_an_answer_that_is_lost_neither_loses_nor_doubles_rows(start, azure, flags, name, scheme):
  """Azure's client repeats such a request without its body, and waits until the storage gives up."""
  own = start(*flags)
  lake.update(own, "CREATE TABLE t (a BIGINT)")
  for path in (BLOCK, BLOCK_LIST) if scheme == "az" else ("action=append", "action=flush"):
    azure.lose(path=path, count=1)
    (before,) = rows(own, "SELECT count(*) FROM t")[0]
    try:
      lake.update(own, "INSERT INTO t SELECT range FROM range(1000)")
      added = 1000
    except grpc.RpcError:
      added = 0
    assert azure.faults() == []
    assert rows(own, "SELECT count(*) FROM t") == [(before + added,)]
  lake.update(own, "INSERT INTO t VALUES (1)")


def test_the_lock_down_holds(start, azure, flags, scheme, name):
  """SQL reaches the lake's own prefix, through its tables alone, and no other container."""
  own = start(*flags)
  lake.fill(own)
  lake.check(own)
  last = azure.requests()[-1]["number"]
  for place in (f"lake/{name}/x.csv", "lake/other.csv", f"lake/{name}-2/x.csv", "other/x.csv"):
    url = f"{scheme}://{place}"
    host = azure.origin.partition("://")[2]
    for sql in [
      f"FROM '{url}'", f"FROM read_csv('{url}')", f"FROM read_text('{url}')", f"FROM glob('{url}*')",
      f"COPY (SELECT 1) TO '{url}'", f"COPY t FROM '{url}'", f"ATTACH '{url}' AS other",
      f"CALL ducklake_add_data_files('lakehouse', 't', '{url}')",
      f"FROM read_csv('{scheme}://{azure.account}.blob.localhost/{place}')",
      f"FROM read_csv('http://{host}/{place}')", "DROP SECRET lakehouse_storage",
      "CREATE OR REPLACE SECRET lakehouse_storage (TYPE azure, CONNECTION_STRING 'AccountName=x')",
    ]:
      refused = fails(own, sql)
      assert refused.code() in (
        grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT,
      ), (sql, refused.details())
      assert_hidden(azure, own, refused.details())
  assert asked(azure, "", last) == []
  lake.check(own)


def test_no_statement_shows_the_key(start, azure, flags):
  own = start(*flags)
  for sql in [
    "FROM duckdb_secrets()", "FROM duckdb_secrets(redact = false)",
    "FROM which_secret('az://lake/x', 'azure')", "FROM duckdb_settings()",
    "FROM duckdb_databases()", "FROM duckdb_logs()",
  ]:
    try:
      shown = repr(rows(own, sql))
    except grpc.RpcError as error:
      shown = error.details()
    assert azure.account_key not in shown and azure.account_key[:20] not in shown
