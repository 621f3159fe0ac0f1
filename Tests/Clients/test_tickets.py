"""Servers that share a secret key serve each other's tickets and go on with each other's sessions."""

from __future__ import annotations

import base64
import subprocess

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import grpc
import pytest
from adbc_driver_flightsql import DatabaseOptions

from support import protobuf
from support.flightsql import Command, RawClient, any_message, table, unpack
from support.protobuf import message
from support.server import binary_path
from support.tokens import SECRET

HANDLE_BYTES = 16
PASSWORD = "a password"


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> str:
  """A database that several servers can have open."""
  path = tmp_path_factory.mktemp("replicas") / "data.duckdb"
  with duckdb.connect(path) as connection:
    connection.execute("CREATE TABLE t AS SELECT i AS a FROM range(5000) AS r(i)")
    connection.execute("CREATE SCHEMA other")
    connection.execute("CREATE TABLE other.only_here AS SELECT 1 AS b")
  return str(path)


def serving(start_module, data: str, *flags: str, key: str | None = SECRET):
  environment = {"LAKEHOUSE_SECRET_KEY": key} if key else {}
  return start_module("--database", data, "--read-only", *flags, environment=environment)


@pytest.fixture(scope="module")
def replicas(start_module, data):
  return [serving(start_module, data) for _ in range(2)]


@pytest.fixture
def clients(replicas):
  with RawClient(replicas[0].address) as here, RawClient(replicas[1].address) as there:
    yield here, there


def ticket_of(client: RawClient, sql: str, transaction: bytes | None = None) -> bytes:
  (only,) = client.flight_info(Command.query(sql, transaction)).tickets
  return only


def statement_handle(ticket: bytes) -> bytes:
  return protobuf.first(unpack(ticket)[1], 1)


def with_handle(handle: bytes) -> bytes:
  return any_message("TicketStatementQuery", message((1, handle)))


def refused(client: RawClient, ticket: bytes, code=grpc.StatusCode.NOT_FOUND) -> str:
  with pytest.raises(grpc.RpcError) as caught:
    client.messages(ticket)
  assert caught.value.code() == code
  return caught.value.details()


def is_sealed(ticket: bytes) -> bool:
  return len(statement_handle(ticket)) > HANDLE_BYTES


def test_a_query_announced_here_is_fetched_there(clients):
  here, there = clients
  ticket = ticket_of(here, "SELECT a FROM t ORDER BY a")
  assert table(there.messages(ticket)).column("a").to_pylist() == list(range(5000))


def test_the_announcer_hands_a_result_out_once(clients):
  here, _ = clients
  ticket = ticket_of(here, "SELECT 42 AS a")
  assert table(here.messages(ticket)).to_pylist() == [{"a": 42}]
  assert "fetched" in refused(here, ticket)


def test_it_runs_with_the_settings_of_the_session_that_announced_it(clients):
  here, there = clients
  here.query("USE other")
  here.query("SET TimeZone = 'Asia/Tokyo'")
  here.query("SET VARIABLE v = 7")
  sql = "SELECT b, getvariable('v') AS v, '2024-01-01 00:00:00+00'::TIMESTAMPTZ AS z FROM only_here"
  here_ticket, there_ticket = ticket_of(here, sql), ticket_of(here, sql)
  expected = table(here.messages(here_ticket))
  assert str(expected.schema.field("z").type) == "timestamp[us, tz=Asia/Tokyo]"
  assert table(there.messages(there_ticket)).equals(expected)
  # The session there has none of it.
  assert there.rows("SELECT getvariable('v')") == [(None,)]
  here.query("USE main")


def test_a_prepared_query_without_parameters_too(clients):
  here, there = clients
  handle = here.prepare("SELECT count(*) AS n FROM t").handle
  (ticket,) = here.flight_info(Command.prepared_query(handle)).tickets
  assert table(there.messages(ticket)).to_pylist() == [{"n": 5000}]
  with pytest.raises(grpc.RpcError, match="another server made it") as caught:
    there.flight_info(Command.prepared_query(handle))
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
  "preparation",
  [["BEGIN"], ["CREATE TEMP TABLE mine AS SELECT 1"]],
  ids=["in a transaction", "beside a temporary table"],
)
def test_what_depends_on_the_announcer_stays_there(replicas, preparation):
  with RawClient(replicas[0].address) as here, RawClient(replicas[1].address) as there:
    for sql in preparation:
      here.query(sql)
    ticket = ticket_of(here, "SELECT 42 AS a")
    assert not is_sealed(ticket)
    assert "another server made it" in refused(there, ticket)
    assert table(here.messages(ticket)).to_pylist() == [{"a": 42}]


@pytest.mark.parametrize(
  "sql",
  ["SELECT 1; SELECT 42 AS a", "SELECT 42 AS a, '" + "x" * (64 << 10) + "' AS b"],
  ids=["several statements", "a long text"],
)
def test_texts_that_are_not_sealed(clients, sql):
  here, there = clients
  ticket = ticket_of(here, sql)
  assert not is_sealed(ticket)
  refused(there, ticket)
  assert table(here.messages(ticket)).column("a").to_pylist() == [42]


def test_a_transaction_of_another_server_is_unknown(clients):
  here, there = clients
  transaction = here.begin()
  with pytest.raises(grpc.RpcError, match="another server began it") as caught:
    there.flight_info(Command.query("SELECT 1", transaction))
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND
  here.roll_back(transaction)


def test_sealed_bytes_show_nothing_and_any_change_is_refused(clients):
  here, there = clients
  handle = statement_handle(ticket_of(here, "SELECT 'readable' AS a"))
  assert b"readable" not in handle
  for position in range(0, len(handle), 7):
    changed = bytearray(handle)
    changed[position] ^= 1
    refused(there, with_handle(bytes(changed)))
  for length in (0, 1, 15, 16, 17, 40, len(handle) - 1):
    refused(there, with_handle(handle[:length]))
  refused(there, with_handle(handle + b"x"))
  assert table(there.messages(with_handle(handle))).to_pylist() == [{"a": "readable"}]


def test_it_can_be_cancelled_where_it_runs(clients):
  here, there = clients
  ticket = ticket_of(here, "SELECT i FROM range(1000000000000) AS r(i)")
  stream = there.stream(ticket)
  next(stream)
  info = message((3, message((1, message((1, ticket))))))
  (answer,) = there.action("CancelFlightInfo", message((1, info)))
  assert protobuf.first(answer, 1) in (1, 2), "cancelled or about to be"
  with pytest.raises(grpc.RpcError) as caught:
    for _ in stream:
      pass
  assert caught.value.code() == grpc.StatusCode.CANCELLED
  assert there.rows("SELECT 42") == [(42,)]


def test_without_a_key_or_with_another_it_stays_with_its_server(start_module, data, clients):
  here, _ = clients
  for key in (None, "another key of thirty-two bytes."):
    alone = serving(start_module, data, key=key)
    with RawClient(alone.address) as client:
      refused(client, ticket_of(here, "SELECT 42 AS a"))
      own = ticket_of(client, "SELECT 42 AS a")
      assert is_sealed(own) == (key is not None)
      refused(here, own)
      assert table(client.messages(own)).to_pylist() == [{"a": 42}]


def test_other_columns_than_those_announced_are_refused(start, clients, tmp_path):
  here, _ = clients
  path = tmp_path / "changed.duckdb"
  with duckdb.connect(path) as connection:
    connection.execute("CREATE TABLE t AS SELECT 'text' AS a")
  changed = serving(start, str(path))
  with RawClient(changed.address) as there:
    assert "other columns" in refused(
      there, ticket_of(here, "SELECT a FROM t"), grpc.StatusCode.FAILED_PRECONDITION
    )


@pytest.fixture(scope="module")
def guarded(start_module, data, tmp_path_factory):
  """Two servers with the users anna, who may write, and rita, who only reads."""
  hashed = subprocess.run(
    [str(binary_path()), "password"], input=PASSWORD + "\n", capture_output=True, text=True,
    check=True,
  ).stdout.strip().splitlines()[-1]
  users = tmp_path_factory.mktemp("users") / "users"
  users.write_text(f"anna:user:{hashed}\nrita:reader:{hashed}\n")
  return [serving(start_module, data, "--users-file", str(users)) for _ in range(2)]


def logged_in(address: str, user: str) -> RawClient:
  client = RawClient(address)
  word = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
  client.metadata = [("authorization", f"Basic {word}")]
  return client


def test_a_ticket_is_its_principals_alone(guarded):
  with (
    logged_in(guarded[0].address, "anna") as here,
    logged_in(guarded[1].address, "anna") as there,
    logged_in(guarded[1].address, "rita") as stranger,
  ):
    ticket = ticket_of(here, "SELECT 42 AS a")
    refused(stranger, ticket)
    assert table(there.messages(ticket)).to_pylist() == [{"a": 42}]


def test_who_only_reads_fetches_elsewhere_too(guarded):
  with (
    logged_in(guarded[0].address, "rita") as here,
    logged_in(guarded[1].address, "rita") as there,
  ):
    ticket = ticket_of(here, "SELECT count(*) AS n FROM t")
    assert table(there.messages(ticket)).to_pylist() == [{"n": 5000}]


def session_headers(client: RawClient) -> list[tuple[str, str]]:
  call = client.methods["GetSchema"].with_call(
    message((1, 2), (2, Command.query("SELECT 1"))), metadata=client.metadata
  )[1]
  found = dict(call.initial_metadata())
  return [("cookie", found["set-cookie"].split(";")[0])] if "set-cookie" in found else []


def test_a_client_whose_calls_go_to_each_in_turn_has_one_session_on_each(replicas):
  with RawClient(replicas[0].address) as here, RawClient(replicas[1].address) as there:
    (cookie,) = here.metadata = session_headers(here)
    there.metadata = [cookie]
    # The other server goes on with the same id: the client need not change it each time.
    assert session_headers(there) == [cookie]
    assert session_headers(there) == []
    assert session_headers(here) == []
    there.query("SET VARIABLE v = 1")
    assert there.rows("SELECT getvariable('v')") == [(1,)]
    assert here.rows("SELECT getvariable('v')") == [(None,)], "settings don't travel"


def test_adbc_goes_on_when_its_calls_reach_another_server(guarded):
  """As behind a balancer whose server has gone: the token of one counts at the other."""
  options = {"username": "anna", "password": PASSWORD}
  with adbc.connect(guarded[0].uri, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("SELECT count(*) FROM t")
      assert cursor.fetchall() == [(5000,)]
  with logged_in(guarded[0].address, "anna") as client:
    _, call = client.methods["GetSchema"].with_call(
      message((1, 2), (2, Command.query("SELECT 1"))), metadata=client.metadata
    )
    bearer = dict(call.initial_metadata())["authorization"]
  options = {DatabaseOptions.AUTHORIZATION_HEADER.value: bearer}
  with adbc.connect(guarded[1].uri, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("SELECT count(*) FROM t")
      assert cursor.fetchall() == [(5000,)]
