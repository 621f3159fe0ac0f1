"""Who is let in, by each client's own way, and who isn't."""

from __future__ import annotations

import time

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as adbc
import adbc_driver_manager
import grpc
import pyarrow.flight as flight
import pytest

from support import tokens
from support.authentication import (
  NAME, PASSWORD, UNAUTHENTICATED, basic, client, command, headers, refusal, rows,
)
from support.failures import FAILING_METHODS, trailers_of_failure
from support.flightsql import Command, RawClient, read_table
from support.protobuf import message
from support.server import Server, eventually, run_to_end
from support.tokens import SECRET, claims, token


@pytest.fixture(scope="module")
def guarded(start_module) -> Server:
  """A server with a single user."""
  return start_module("--username", NAME, "--password", PASSWORD, "--secret-key", SECRET)


# Passwords


def test_the_right_password(guarded):
  for padded in (True, False):
    assert rows(guarded, basic(padded=padded)) == [(42,)]
  assert rows(guarded, basic().replace("Basic", "bAsIc")) == [(42,)]


@pytest.mark.parametrize(
  "authorization, expected",
  [
    (None, "Authorization header is required"),
    (basic(password="wrong"), "Invalid credentials"),
    (basic(name="bo"), "Invalid credentials"),
    (basic(name=""), "Username must not be empty"),
    ("Basic !", "Invalid Basic auth header"),
    ("Basic YQ==", "Invalid Basic auth header"),
    ("Digest a", "Unsupported authorization scheme"),
    ("Bearer", "Bearer token is empty"),
    ("Bearer nonsense", "Invalid token"),
    ("Bearer session-00000000000000000000000000000000", "Invalid token"),
    ("Bearer " + token("another key", claims()), "Invalid token"),
    ("Bearer " + token(SECRET, claims(), alg="none"), "Invalid token"),
    ("Bearer " + token(SECRET, claims(), alg="RS256"), "Invalid token"),
    ("Bearer " + token(SECRET, claims(iss="stranger")), "Invalid token issuer"),
    ("Bearer " + token(SECRET, claims(exp=1)), "Token has expired"),
    ("Bearer " + token(SECRET, claims(exp=None)), "Invalid token"),
    ("Bearer " + token(SECRET, claims(nbf=4_000_000_000)), "Invalid token"),
    ("Bearer " + token(SECRET, claims(role="root")), "Invalid token"),
  ],
)
def test_others_are_refused(guarded, authorization, expected):
  assert refusal(guarded, authorization) == (UNAUTHENTICATED, expected)


def test_every_method_asks_who_it_is(guarded):
  requests = {
    "ListFlights": b"", "GetFlightInfo": b"", "PollFlightInfo": b"", "GetSchema": b"",
    "DoGet": b"", "DoAction": message((1, "CloseSession")), "ListActions": b"",
    "Handshake": iter([b""]), "DoPut": iter([b""]), "DoExchange": iter([b""]),
  }
  assert requests.keys() == RawClient.METHODS.keys()
  with client(guarded) as raw:
    for method, request in requests.items():
      with pytest.raises(grpc.RpcError) as caught:
        answer = raw.call(method, request)
        list(answer)
      assert caught.value.code() == UNAUTHENTICATED, method
      assert caught.value.details() == "Authorization header is required", method


def test_a_password_is_answered_with_a_token(guarded):
  with client(guarded) as raw:
    first = headers(raw, [("authorization", basic())])
    assert first["authorization"].startswith("Bearer ")
    issued = tokens.claims_of(first["authorization"].removeprefix("Bearer "))
    assert issued["sub"] == NAME and issued["iss"] == "lakehouse"
    assert issued["role"] == "user" and issued["auth_method"] == "basic"
    assert issued["exp"] - issued["iat"] == 86_400
    assert issued["jti"] and issued["session"] in first["set-cookie"]
    again = headers(raw, [("authorization", first["authorization"])])
    assert "authorization" not in again and "set-cookie" not in again


@pytest.mark.parametrize("method", FAILING_METHODS)
def test_a_password_is_answered_with_a_token_when_its_call_fails(guarded, method):
  with client(guarded, basic()) as first, client(guarded) as second:
    trailers = trailers_of_failure(first, method)
    issued = tokens.claims_of(trailers["authorization"].removeprefix("Bearer "))
    assert issued["sub"] == NAME and issued["session"] in trailers["set-cookie"]
    first.update(Command.update("SET VARIABLE v = 7"))
    second.metadata = [("authorization", trailers["authorization"])]
    assert second.rows("SELECT getvariable('v')") == [(7,)]


def test_a_token_leads_to_its_session_on_any_connection(guarded):
  with client(guarded) as first, client(guarded) as second:
    bearer = [("authorization", headers(first, [("authorization", basic())])["authorization"])]
    first.metadata = second.metadata = bearer
    first.query("CREATE TEMP TABLE mine AS SELECT 7 AS a")
    assert second.rows("SELECT a FROM mine") == [(7,)]


def test_a_token_from_elsewhere_gets_one_with_its_session(guarded):
  short = claims(exp=claims()["exp"] - 300, role="reader")
  with client(guarded) as raw:
    first = headers(raw, [("authorization", "Bearer " + token(SECRET, short))])
    issued = tokens.claims_of(first["authorization"].removeprefix("Bearer "))
    assert issued["exp"] == short["exp"], "it ends no later"
    assert issued["role"] == "reader" and issued["sub"] == short["sub"]
    assert rows(guarded, first["authorization"]) == [(42,)]


def test_adbc(guarded):
  options = {"username": NAME, "password": PASSWORD}
  with adbc.connect(guarded.uri, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("CREATE TEMP TABLE mine AS SELECT 42 AS a")
      cursor.execute("SELECT a FROM mine")
      assert cursor.fetchone() == (42,)
  header = adbc_driver_flightsql.DatabaseOptions.AUTHORIZATION_HEADER.value
  bearer = {header: "Bearer " + token(SECRET, claims())}
  with adbc.connect(guarded.uri, db_kwargs=bearer, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("SELECT 42")
      assert cursor.fetchone() == (42,)


def test_adbc_with_a_wrong_password(guarded):
  with pytest.raises(adbc_driver_manager.Error, match="Invalid credentials"):
    adbc.connect(guarded.uri, db_kwargs={"username": NAME, "password": "wrong"})


def test_cpp(guarded):
  with flight.connect(guarded.uri) as arrow:
    header = arrow.authenticate_basic_token(NAME, PASSWORD)
    assert header[0] == b"authorization" and header[1].startswith(b"Bearer ")
    table = read_table(arrow, "SELECT 42 AS a", headers=[header])
    assert table.to_pylist() == [{"a": 42}]
    with pytest.raises(flight.FlightUnauthenticatedError, match="Invalid credentials"):
      arrow.authenticate_basic_token(NAME, "wrong")


class PayloadHandler(flight.ClientAuthHandler):
  """Logs in by a BasicAuth message in the handshake."""

  def __init__(self, name: str, password: str):
    super().__init__()
    self.credential = flight.BasicAuth(name, password)
    self.token = b""

  def authenticate(self, outgoing, incoming):
    outgoing.write(self.credential.serialize())
    self.token = incoming.read()

  def get_token(self):
    return self.token


def test_a_handshake_with_a_payload(guarded):
  with flight.connect(guarded.uri) as arrow:
    arrow.authenticate(PayloadHandler(NAME, PASSWORD))
    assert read_table(arrow, "SELECT 42 AS a").to_pylist() == [{"a": 42}]
  with flight.connect(guarded.uri) as arrow:
    with pytest.raises(flight.FlightUnauthenticatedError, match="Invalid credentials"):
      arrow.authenticate(PayloadHandler(NAME, "wrong"))


@pytest.mark.parametrize("content", [b"\xff\xff", bytes(20_000), message((2, "a" * 17_000))])
def test_a_handshake_with_a_payload_of_nothing_known(guarded, content):
  with client(guarded) as raw, pytest.raises(grpc.RpcError) as caught:
    list(raw.call("Handshake", iter([message((2, content))])))
  assert caught.value.code() == UNAUTHENTICATED


def test_a_handshake_that_is_too_large(guarded):
  with client(guarded) as raw, pytest.raises(grpc.RpcError) as caught:
    list(raw.call("Handshake", iter([message((2, bytes(40_000)))])))
  assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
  assert "larger than the limit of 32768 bytes" in caught.value.details()


def log_in(raw: RawClient) -> dict[str, str]:
  """As Java clients do: the header says all, and the message is empty."""
  call = raw.methods["Handshake"](iter([b""]), metadata=[("authorization", basic())])
  answers = dict(call.initial_metadata())
  assert list(call) == [b""]
  return answers


def by_token(answers: dict[str, str]) -> list[tuple[str, str]]:
  return [("authorization", answers["authorization"])]


def by_cookie(answers: dict[str, str]) -> list[tuple[str, str]]:
  return [("authorization", basic()), ("cookie", answers["set-cookie"].split(";")[0])]


def test_a_handshake_with_headers(guarded):
  with client(guarded) as raw:
    answers = log_in(raw)
    assert rows(guarded, answers["authorization"]) == [(42,)]
    assert "set-cookie" in answers


@pytest.mark.parametrize("identify", [by_token, by_cookie])
def test_logins_over_one_connection_have_sessions_of_their_own(guarded, name, identify):
  """As behind a proxy that sends all its clients' calls over one connection."""
  with client(guarded) as proxy, client(guarded, basic()) as watcher:
    watcher.update(Command.update(f"CREATE TABLE {name} (a INTEGER)"))
    mine, others = identify(log_in(proxy)), identify(log_in(proxy))
    proxy.metadata = mine
    proxy.update(Command.update("SET VARIABLE v = 1"))
    transaction = proxy.begin()
    proxy.metadata = others
    assert proxy.rows("SELECT getvariable('v')") == [(None,)]
    proxy.update(Command.update(f"INSERT INTO {name} VALUES (1)"))
    assert watcher.rows(f"SELECT a FROM {name}") == [(1,)], "in no transaction"
    proxy.action("CloseSession")
    proxy.metadata = mine
    proxy.update(Command.update(f"INSERT INTO {name} VALUES (getvariable('v') + 1)"))
    proxy.commit(transaction)
    assert watcher.rows(f"SELECT a FROM {name} ORDER BY a") == [(1,), (2,)]


def test_the_session_of_a_login_that_nobody_uses_ends_with_its_connection(start):
  server = start("--username", NAME, "--password", PASSWORD, "--max-sessions", "3")

  def is_full() -> bool:
    try:
      rows(server, basic())
    except grpc.RpcError as error:
      assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error
      return True
    return False

  with client(server) as proxy, client(server) as elsewhere:
    used, *_ = [log_in(proxy) for _ in range(3)]
    assert is_full()
    elsewhere.metadata = by_token(used)
    elsewhere.update(Command.update("SET VARIABLE v = 1"))
    proxy.close()
    assert eventually(lambda: not is_full())
    assert elsewhere.rows("SELECT getvariable('v')") == [(1,)]


def test_nothing_of_a_credential_is_logged(guarded):
  wrong = "a-wrong-password"
  refusal(guarded, basic(password=wrong))
  refusal(guarded, basic(name=wrong))
  assert eventually(lambda: "a login failed" in guarded.stderr)
  for secret in (PASSWORD, wrong, SECRET, "eyJ"):
    assert secret not in guarded.stderr


def test_failures_slow_logins_down_and_nothing_else(start):
  server = start("--username", NAME, "--password", PASSWORD, "--secret-key", SECRET)
  for _ in range(5):
    assert refusal(server, basic(password="wrong"))[0] == UNAUTHENTICATED
  # Each refusal is at once, and the first five delays add up to half a minute.
  for _ in range(20):
    code, text = refusal(server, basic(password="wrong"))
    if code == grpc.StatusCode.RESOURCE_EXHAUSTED:
      break
  assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
  assert "try again in" in text
  assert rows(server, "Bearer " + token(SECRET, claims())) == [(42,)]


def test_issuer_and_audience(start):
  settings = ["--jwt-issuer", "https://mine", "--jwt-audience", "lake"]
  server = start("--password", PASSWORD, "--secret-key", SECRET, *settings)
  with client(server) as raw:
    header = headers(raw, [("authorization", basic(name="lakehouse"))])["authorization"]
  issued = tokens.claims_of(header.removeprefix("Bearer "))
  assert (issued["iss"], issued["aud"]) == ("https://mine", "lake")
  assert rows(server, header) == [(42,)]
  mine = {"iss": "https://mine", "aud": ["lake", "pond"]}
  assert rows(server, "Bearer " + token(SECRET, claims(**mine))) == [(42,)]
  assert refusal(server, "Bearer " + token(SECRET, claims(aud="lake")))[1] == "Invalid token issuer"
  other = token(SECRET, claims(iss="https://mine", aud="pond"))
  assert refusal(server, "Bearer " + other)[1] == "Invalid token"


def test_lifetime_clock_skew_and_default_role(start):
  settings = ["--jwt-lifetime-seconds", "77", "--jwt-clock-skew-seconds", "300", "--jwt-default-role", "reader"]
  server = start("--password", PASSWORD, "--secret-key", SECRET, *settings)
  with client(server) as raw:
    header = headers(raw, [("authorization", basic(name="lakehouse"))])["authorization"]
  issued = tokens.claims_of(header.removeprefix("Bearer "))
  assert issued["exp"] - issued["iat"] == 77

  def off(name: str, seconds: int) -> str:
    return "Bearer " + token(SECRET, claims(**{name: int(time.time()) + seconds}))

  for name, seconds in (("iat", 200), ("nbf", 200), ("exp", -200)):
    assert rows(server, off(name, seconds)) == [(42,)]
    assert refusal(server, off(name, 2 * seconds))[0] == UNAUTHENTICATED
  with client(server, off("iat", 0)) as raw, pytest.raises(grpc.RpcError, match="The role reader only reads"):
    raw.update(Command.update("CREATE TABLE t (a INTEGER)"))


# Commands


def test_issuing_a_token(guarded):
  made = command(
    "token", "--subject", "robot", "--role", "reader", "--expires", "60", "--secret-key", SECRET
  )
  issued = tokens.claims_of(made)
  assert issued["sub"] == "robot" and issued["role"] == "reader"
  assert issued["exp"] - issued["iat"] == 60
  assert rows(guarded, f"Bearer {made}") == [(42,)]


@pytest.mark.parametrize(
  "arguments",
  [
    ["--subject", "robot"],
    ["--subject", "", "--secret-key", SECRET],
    ["--subject", "robot", "--expires", "0", "--secret-key", SECRET],
    ["--subject", "robot", "--role", "root", "--secret-key", SECRET],
  ],
)
def test_tokens_that_are_not_issued(arguments):
  ended = run_to_end("token", *arguments)
  assert ended.returncode != 0 and ended.stdout == ""


# Where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3"])
def test_nobody_else_reaches_a_server_without_a_password(host):
  ended = run_to_end("serve", "--port", "0", "--host", host)
  assert ended.returncode != 0
  assert "--insecure" in ended.stderr and "--password" in ended.stderr


def test_insecure_by_name(start):
  # Not known to be this machine alone, though it is.
  server = start("--host", "127.1", "--insecure")
  assert eventually(lambda: "insecure: anyone who reaches this server" in server.stderr)
