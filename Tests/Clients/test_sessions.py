"""How a session is recognised, what it keeps to itself, and how it ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pyarrow.flight as flight
import pytest

from support import protobuf
from support.failures import FAILING_METHODS, WRONG, trailers_of_failure
from support.flightsql import Command, RawClient, descriptor, read_table
from support.ingestion import APPEND
from support.parameters import data_messages
from support.server import eventually

COOKIE = "arrow_flight_session_id"


def headers_of_first_answer(client: RawClient) -> dict[str, str]:
  method = client.methods["GetSchema"]
  _, call = method.with_call(descriptor(Command.query("SELECT 1")), metadata=client.metadata)
  return {key: value for key, value in call.initial_metadata()}


def cookie(headers: dict[str, str]) -> tuple[str, str]:
  """The header that sends a session's cookie back."""
  content = headers["set-cookie"].split(";")[0]
  assert content.startswith(f"{COOKIE}=")
  return ("cookie", content)


def bearer(headers: dict[str, str]) -> tuple[str, str]:
  assert headers["authorization"].startswith("Bearer ")
  return ("authorization", headers["authorization"])


@pytest.mark.parametrize("identify", [cookie, bearer])
def test_a_session_follows_its_client_to_another_connection(server, identify):
  with RawClient(server.address) as first, RawClient(server.address) as second:
    identity = identify(headers_of_first_answer(first))
    first.metadata = second.metadata = [identity]
    first.query("CREATE TEMP TABLE mine AS SELECT 7 AS a")
    handle = first.prepare("SELECT a FROM mine").handle
    first.close()
    assert second.rows("SELECT a FROM mine") == [(7,)]
    assert second.flight_info(Command.prepared_query(handle)).tickets
    second.action("CloseSession")


def test_clients_behind_one_connection_have_sessions_of_their_own(server):
  """As behind a proxy that sends all its clients' calls over one connection."""
  with RawClient(server.address) as proxy, RawClient(server.address) as elsewhere:
    mine = [cookie(headers_of_first_answer(proxy))]
    others = [cookie(headers_of_first_answer(elsewhere))]
    for identity, value in ((mine, 1), (others, 2)):
      proxy.metadata = identity
      proxy.query(f"CREATE TEMP TABLE t AS SELECT {value} AS a")
    for identity, value in ((mine, 1), (others, 2)):
      proxy.metadata = identity
      assert proxy.rows("SELECT a FROM t") == [(value,)]


def test_clients_behind_a_proxy_are_told_apart_by_their_addresses(server):
  """As long as nobody on its connection sends an id."""
  clients = [[("x-forwarded-for", f"192.0.2.{number}")] for number in (1, 2)]
  with RawClient(server.address) as proxy:
    cookies = []
    for value, address in enumerate(clients):
      proxy.metadata = address
      cookies.append(cookie(headers_of_first_answer(proxy)))
      proxy.update(Command.update(f"SET VARIABLE v = {value}"))
    assert cookies[0] != cookies[1]
    for value, address in enumerate(clients):
      proxy.metadata = address
      assert proxy.rows("SELECT getvariable('v')") == [(value,)]


def test_a_client_is_told_its_session_once(server):
  with RawClient(server.address) as client:
    assert "set-cookie" in headers_of_first_answer(client)
    assert "set-cookie" not in headers_of_first_answer(client)


@pytest.mark.parametrize("method", FAILING_METHODS)
def test_a_client_whose_first_call_fails_is_told_its_session(server, method):
  with RawClient(server.address) as first, RawClient(server.address) as second:
    second.metadata = [cookie(trailers_of_failure(first, method))]
    first.update(Command.update("SET VARIABLE v = 7"))
    assert second.rows("SELECT getvariable('v')") == [(7,)]
    first.close()
    assert second.rows("SELECT getvariable('v')") == [(7,)]


class CookieJar(flight.ClientMiddlewareFactory):
  """Keeps the cookies that clients of Arrow's get, and sends them back."""

  def __init__(self):
    super().__init__()
    self.cookies: list[str] = []

  def start_call(self, info):
    return CookieMiddleware(self.cookies)


class CookieMiddleware(flight.ClientMiddleware):
  def __init__(self, cookies: list[str]):
    super().__init__()
    self.cookies = cookies

  def sending_headers(self):
    return {"cookie": "; ".join(self.cookies)} if self.cookies else {}

  def received_headers(self, headers):
    self.cookies += (text.split(";")[0] for text in headers.get("set-cookie", []))


def test_arrows_client_knows_its_session_when_its_first_call_fails(server):
  jar = CookieJar()
  with flight.connect(server.uri, middleware=[jar]) as first:
    with pytest.raises(pa.ArrowKeyError, match="nosuch_table"):
      read_table(first, WRONG)
    read_table(first, "CREATE TEMP TABLE mine AS SELECT 7 AS a")
  with flight.connect(server.uri, middleware=[jar]) as second:
    assert read_table(second, "SELECT a FROM mine").to_pylist() == [{"a": 7}]
  assert len(jar.cookies) == 1


@pytest.mark.parametrize(
  "header",
  [
    ("cookie", f"{COOKIE}=00000000000000000000000000000000"),
    ("cookie", f"{COOKIE}="),
    ("cookie", "another=1; third"),
    ("cookie", f"{COOKIE}={'x' * 3000}"),
    ("authorization", "Bearer session-11111111111111111111111111111111"),
    ("authorization", "Bearer"),
    ("authorization", "Basic not base64"),
  ],
)
def test_an_unknown_identity_gets_a_new_session(server, header: tuple[str, str]):
  with RawClient(server.address) as client:
    client.metadata = [header]
    assert "set-cookie" in headers_of_first_answer(client)
    assert client.rows("SELECT 42") == [(42,)]


def test_a_prepared_statement_belongs_to_its_session(server):
  with RawClient(server.address) as mine, RawClient(server.address) as other:
    handle = mine.prepare("SELECT 1 AS a").handle
    with pytest.raises(grpc.RpcError) as caught:
      other.flight_info(Command.prepared_query(handle))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    other.close_prepared(handle)
    assert mine.flight_info(Command.prepared_query(handle)).tickets


def test_a_token_goes_on_with_one_session_when_its_own_has_ended(start):
  server = start("--username", "ada", "--password", "secret", "--max-sessions-per-principal", "2")
  with flight.connect(server.uri) as client, RawClient(server.address) as raw:
    name, value = client.authenticate_basic_token("ada", "secret")
    raw.metadata = [(name.decode(), value.decode())]
    raw.query("SET VARIABLE a = 7")
    assert raw.rows("SELECT getvariable('a')") == [(7,)]
    raw.action("CloseSession")
    assert raw.rows("SELECT getvariable('a')") == [(None,)]
    for value in range(4):
      raw.query(f"SET VARIABLE a = {value}")
      assert raw.rows("SELECT getvariable('a')") == [(value,)]


def test_a_cursor_goes_on_when_its_session_was_idle_for_too_long(start):
  """With a session anew; what the old one had is gone."""
  server = start("--session-idle-seconds", "0.5", "--max-sessions", "1")
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TEMP TABLE mine AS SELECT 1 AS a")

    def is_gone() -> bool:
      with RawClient(server.address) as other:
        try:
          return other.rows("SELECT 42") == [(42,)]
        except grpc.RpcError as error:
          assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
          return False

    assert eventually(is_gone, 30, 0.3)

    def is_answered() -> bool:
      try:
        cursor.execute("SELECT 42")
        return cursor.fetchall() == [(42,)]
      except adbc.Error as error:
        assert "max-sessions" in str(error), error
        return False

    assert eventually(is_answered, 30, 0.3)
    with pytest.raises(adbc.Error, match="mine does not exist"):
      cursor.execute("FROM mine")


@pytest.mark.parametrize("sql", ["RESET TimeZone", "SET TimeZone = DEFAULT"])
def test_the_time_zone_goes_back_to_what_it_was_wherever_the_server_is(start, sql):
  server = start(environment={"TZ": "Europe/Berlin"})
  with RawClient(server.address) as client:
    zone = "SELECT current_setting('TimeZone')"
    assert client.rows(zone) == [("UTC",)]
    client.rows("SET TimeZone = 'Asia/Tokyo'")
    client.rows(sql)
    assert client.rows(zone) == [("UTC",)]


def test_a_closed_session_leaves_nothing(server, name):
  with RawClient(server.address) as client, RawClient(server.address) as watcher:
    client.query(f"CREATE TABLE {name} (a INTEGER)")
    client.query("CREATE TEMP TABLE mine AS SELECT 1 AS a")
    handle = client.prepare("SELECT 1 AS a").handle
    (unfetched,) = client.flight_info(Command.query("SELECT a FROM mine")).tickets
    client.query("BEGIN")
    client.query(f"INSERT INTO {name} VALUES (1)")
    (answer,) = client.action("CloseSession")
    assert protobuf.first(answer, 1) == 1, "closed"
    assert watcher.rows(f"SELECT count(*) FROM {name}") == [(0,)], "rolled back"
    with pytest.raises(grpc.RpcError, match="mine"):
      client.query("SELECT a FROM mine")
    for call in (
      lambda: client.flight_info(Command.prepared_query(handle)),
      lambda: client.messages(unfetched),
    ):
      with pytest.raises(grpc.RpcError) as caught:
        call()
      assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    assert client.rows("SELECT 42") == [(42,)], "in a session that is new"
    assert eventually(lambda: dropped(watcher, name)), "no lock of it is left"


def dropped(client: RawClient, name: str) -> bool:
  try:
    client.query(f"DROP TABLE {name}")
  except grpc.RpcError:
    return False
  return True


def test_connections_of_adbc_have_sessions_of_their_own(server):
  with (
    adbc.connect(server.uri, autocommit=True) as first,
    adbc.connect(server.uri, autocommit=True) as second,
    first.cursor() as mine,
    second.cursor() as other,
  ):
    mine.execute("CREATE TEMP TABLE mine AS SELECT 1 AS a")
    mine.execute("SET VARIABLE v = 1")
    other.execute("SELECT getvariable('v')")
    assert other.fetchone() == (None,)
    with pytest.raises(adbc.Error, match="mine"):
      other.execute("SELECT * FROM mine")
      other.fetchall()
    mine.execute("SELECT a, getvariable('v') FROM mine")
    assert mine.fetchone() == (1, 1)


def test_a_session_of_arrows_client(server):
  with flight.connect(server.uri) as client:
    read_table(client, "CREATE TEMP TABLE mine AS SELECT 1 AS a")
    assert read_table(client, "SELECT a FROM mine").to_pylist() == [{"a": 1}]


@pytest.mark.parametrize("purpose", ["values of an update", "values of a query", "rows of a table"])
def test_a_session_whose_call_still_gets_rows_is_not_idle(start, purpose):
  own = start("--session-idle-seconds", "1")
  rows = pa.table({"1": [7]})
  begun, goes_on = threading.Event(), threading.Event()
  with (
    RawClient(own.address) as slow, RawClient(own.address) as gone, RawClient(own.address) as other,
  ):
    slow.update(Command.update("CREATE TEMP TABLE mine (a INTEGER)"))
    if purpose == "rows of a table":
      command = Command.ingest("mine", temporary=True, if_exists=APPEND)
      rows = rows.rename_columns(["a"])
    elif purpose == "values of an update":
      command = Command.prepared_update(slow.prepare("INSERT INTO mine VALUES (?)").handle)
    else:
      command = Command.prepared_query(slow.prepare("SELECT ?").handle)
    first, *rest = data_messages(command, rows)

    def messages():
      yield first
      begun.set()
      assert goes_on.wait(60)
      yield from rest

    with ThreadPoolExecutor(1) as pool:
      sent = pool.submit(lambda: list(slow.call("DoPut", messages())))
      assert begun.wait(30)
      other.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
      gone.update(Command.update("BEGIN; UPDATE t SET a = 2"))

      def is_gone() -> bool:
        try:
          other.update(Command.update("UPDATE t SET a = 3"))
        except grpc.RpcError as error:
          assert error.code() == grpc.StatusCode.ABORTED
          return False
        return True

      try:
        assert eventually(is_gone, timeout_seconds=30)
      finally:
        goes_on.set()
      sent.result(30)
    assert slow.rows("SELECT a FROM mine") == ([] if purpose == "values of a query" else [(7,)])
