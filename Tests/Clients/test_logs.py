"""The log: its formats and levels, the access line of each call, and what must never be in it."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pytest

from support.flightsql import Command, RawClient
from support.logs import call, calls, json_records, text_fields
from support.protobuf import message
from support.server import eventually, run_to_end

ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) AS r(i)"


@pytest.fixture(scope="module")
def logging(start_module):
  """A server that writes JSON, with nothing but access lines."""
  return start_module("--log-format", "json", "--log-level", "warning,access=debug")


@pytest.fixture
def client(logging, name):
  """A client whose calls are told from others' by their request ids."""
  with RawClient(logging.address) as opened:
    yield opened


def named(client: RawClient, request: str) -> RawClient:
  client.metadata = [("x-request-id", request)]
  return client


def test_a_query_leaves_two_lines_with_one_statement(logging, client, name):
  (ticket,) = named(client, f"{name}-info").flight_info(Command.query("FROM range(5000)")).tickets
  named(client, f"{name}-get").messages(ticket)
  info, get = call(logging, request=f"{name}-info"), call(logging, request=f"{name}-get")
  assert (info["method"], info["command"]) == ("GetFlightInfo", "CommandStatementQuery")
  assert (get["method"], get["command"]) == ("DoGet", "TicketStatementQuery")
  assert info["statement"] == get["statement"]
  assert info["session"] == get["session"]
  assert (info["rows"], get["rows"]) == (0, 5000)
  assert get["bytes"] == 5000 * 8
  for record in (info, get):
    assert record["level"] == "info" and record["status"] == "OK"
    assert record["principal"] == "anonymous"
    assert re.fullmatch(r"ipv4:127\.0\.0\.1:\d+", record["peer"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"])
    assert record["execution_ms"] > 0 and record["queue_ms"] >= 0
    assert record["total_ms"] >= record["execution_ms"] + record["queue_ms"]
  assert get["stream_ms"] <= get["total_ms"]


def test_updates_and_actions(logging, client, name):
  named(client, f"{name}-create").update(Command.update(f"CREATE TABLE {name} (a INTEGER)"))
  insert = Command.update(f"INSERT INTO {name} FROM range(7)")
  assert named(client, f"{name}-insert").update(insert) == 7
  named(client, f"{name}-begin").begin()
  record = call(logging, request=f"{name}-insert")
  assert (record["method"], record["command"]) == ("DoPut", "CommandStatementUpdate")
  assert record["rows"] == 7
  record = call(logging, request=f"{name}-begin")
  assert (record["method"], record["command"]) == ("DoAction", "BeginTransaction")


def test_calls_that_fail_are_logged_and_their_message_is_not(logging, client, name):
  with pytest.raises(grpc.RpcError, match="no_such_column") as caught:
    named(client, name).query("SELECT no_such_column")
  record = call(logging, request=name)
  assert record["status"] == "INVALID_ARGUMENT"
  assert ("x-request-id", name) in caught.value.trailing_metadata()
  assert "no_such_column" not in logging.stderr


def test_a_call_that_its_client_cancels(logging, client, name):
  (ticket,) = client.flight_info(Command.query(ENDLESS)).tickets
  stream = named(client, name).stream(ticket)
  stream.cancel()
  with pytest.raises(grpc.RpcError):
    list(stream)
  # Cancelled before it was sent, a call may not have reached the server at all.
  named(client, f"{name}-next").flight_info(Command.query("SELECT 1"))
  call(logging, request=f"{name}-next")
  assert [record["status"] for record in calls(logging, request=name)] in ([], ["CANCELLED"])


def test_a_call_that_is_cut_by_its_deadline(logging, client, name):
  (ticket,) = client.flight_info(Command.query(ENDLESS)).tickets
  with pytest.raises(grpc.RpcError):
    list(named(client, name).stream(ticket, timeout=0.3))
  assert call(logging, request=name)["status"] in ("DEADLINE_EXCEEDED", "CANCELLED")


def test_a_client_that_stops_reading(logging, client, name):
  sql = "SELECT repeat('x', 1000) AS s FROM range(1000000)"
  (ticket,) = client.flight_info(Command.query(sql)).tickets
  stream = named(client, name).stream(ticket)
  next(stream)
  stream.cancel()
  record = call(logging, request=name)
  assert record["status"] == "CANCELLED"
  assert 0 < record["rows"] < 1_000_000


def test_a_method_that_there_is_not(logging):
  with grpc.insecure_channel(logging.address) as channel:
    with pytest.raises(grpc.RpcError):
      channel.unary_unary("/no.such.Service/Method")(b"")
  assert call(logging, method="/no.such.Service/Method")["status"] == "UNIMPLEMENTED"


def test_the_request_id_comes_back(client):
  chosen = "Abc-1.2_3:4/5+6"
  metadata = [("x-request-id", chosen)]
  answer, made = client.methods["GetFlightInfo"].with_call(
    message((1, 2), (2, Command.query("SELECT 1"))), metadata=metadata
  )
  assert ("x-request-id", chosen) in made.initial_metadata()


@pytest.mark.parametrize("bad", ["", "x" * 129, "a b", 'a"b', "a=b"])
def test_a_request_id_that_may_not_stand_in_a_line_is_replaced(client, logging, bad):
  stream = client.methods["ListActions"](b"", metadata=[("x-request-id", bad)])
  list(stream)
  (given,) = [value for key, value in stream.initial_metadata() if key == "x-request-id"]
  assert re.fullmatch(r"[0-9a-f]+-\d+", given)
  assert call(logging, request=given)["method"] == "ListActions"


def test_text_lines_hold_the_same(start):
  own = start()
  with RawClient(own.address) as opened:
    named(opened, "text-1").query("SELECT 42")
  assert eventually(lambda: "method=DoGet" in own.stderr)
  (line,) = [line for line in own.stderr.splitlines() if "method=DoGet" in line]
  fields = text_fields(line)
  assert (fields["level"], fields["component"]) == ("info", "access")
  assert fields["status"] == "OK" and fields["rows"] == "1" and fields["request"] == "text-1"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_statement_can_forge_a_line(start, form):
  own = start("--print-queries", "--query-literals", "kept", "--log-format", form)
  forged = "2026-01-01T00:00:00.000Z info access: call method=Forged"
  sql = f"SELECT 1 AS \"a\n{forged}\r\x1b[31m\u2028\x85\"\n-- \n{forged}"
  with RawClient(own.address) as opened:
    with pytest.raises(grpc.RpcError):
      opened.query(sql)
    opened.query("SELECT 'last'")
  assert eventually(lambda: "last" in own.stderr)
  lines = own.stderr.split("\n")
  assert [line for line in lines if line.startswith("2026-01-01")] == []
  assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]", own.stderr)
  if form == "json":
    assert sql in [record.get("sql") for record in json_records(own)], "nothing is lost"


def test_queries_are_printed_if_asked_for(start):
  silent, talking = start(), start("--print-queries")
  for own in (silent, talking):
    with RawClient(own.address) as raw:
      raw.rows("SELECT 42 AS a_marked_query")
  assert eventually(lambda: "a_marked_query" in talking.stderr)
  assert "a_marked_query" not in silent.stderr


def test_the_log_level_decides_what_is_logged(start):
  quiet, chatty = start("--log-level", "error"), start("--log-level", "debug")
  for own in (quiet, chatty):
    with RawClient(own.address) as raw:
      raw.rows("SELECT 42")
    own.stop()
  assert quiet.stderr == ""
  assert chatty.stderr != ""


def test_levels_per_component(start):
  quiet = start("--log-level", "INFO,access=ERROR", "--print-queries")
  with RawClient(quiet.address) as opened:
    opened.query("SELECT 1 AS counted")
  assert eventually(lambda: "counted" in quiet.stderr)
  quiet.stop()
  assert "access:" not in quiet.stderr
  debugging = start("--log-level", "critical,transport=debug")
  with RawClient(debugging.address) as opened:
    opened.query("SELECT 1")
  debugging.stop()
  lines = debugging.stderr.splitlines()
  assert {text_fields(line)["component"] for line in lines} <= {"transport"}


@pytest.mark.parametrize("level", ["DEBUG", "Info", "WARNING", "error", "CRITICAL", "trace", "notice"])
def test_level_names(start, level):
  start("--log-level", level)


@pytest.mark.parametrize("levels", ["loud", "info,nosuch=debug", "info,debug", "", "access="])
def test_levels_that_there_are_not(levels):
  ended = run_to_end("serve", "--port", "0", "--log-level", levels)
  assert ended.returncode != 0
  assert "--log-level" in ended.stderr


# MARK: Secrets

PLANTED = {
  "password": "hunter2-planted",
  "token": "eyJhbGciOi-planted",
  "storage key": "AKIAPLANTEDKEY",
  "sas": "sv=2024&sig=plantedsig",
  "literal": "4929-planted-card",
  "comment": "planted-in-a-comment",
  "session id": "0123456789abcdef0123456789abcdef",
}


def busy(server) -> list[str]:
  """Does with a server what brings secrets near its log.

  Returns what the server gave out that opens something.
  """
  given: list[str] = []
  with RawClient(server.address) as opened:
    opened.metadata = [
      ("authorization", f"Bearer {PLANTED['token']}"),
      ("cookie", f"arrow_flight_session_id={PLANTED['session id']}; other={PLANTED['password']}"),
      ("x-secret", PLANTED["password"]),
    ]
    stream = opened.methods["ListActions"](b"", metadata=opened.metadata)
    list(stream)
    for key, value in stream.initial_metadata():
      if key == "set-cookie":
        given.append(value.partition("=")[2])
    opened.metadata = [("cookie", f"arrow_flight_session_id={given[-1]}")]
    secret = f"CREATE SECRET s (TYPE s3, KEY_ID '{PLANTED['storage key']}', SECRET '{PLANTED['password']}')"
    statements = [
      secret,
      f"SET VARIABLE v = '{PLANTED['literal']}'",
      f"ATTACH 'postgres:password={PLANTED['password']}' AS p",
      f"SELECT * FROM 'https://account.blob.example/x?{PLANTED['sas']}'",
      f"SELECT $${PLANTED['token']}$$ AS token, E'{PLANTED['literal']}\\'' AS card",
      f"SELECT '{PLANTED['literal']}'::INTEGER /* {PLANTED['comment']} */ -- {PLANTED['comment']}",
      f"SELECT '{PLANTED['literal']} -- unterminated",
    ]
    for sql in statements:
      for run in (lambda: opened.query(sql), lambda: opened.update(Command.update(sql)),
                  lambda: opened.prepare(sql)):
        try:
          run()
        except grpc.RpcError:
          pass
    handle = opened.prepare("SELECT 1 AS one").handle
    given.append(handle.hex())
    (ticket,) = opened.flight_info(Command.prepared_query(handle)).tickets
    given.append(ticket[-16:].hex())
    opened.messages(ticket)
    transaction = opened.begin()
    given.append(transaction.hex())
    opened.roll_back(transaction)
    with pytest.raises(grpc.RpcError):
      list(opened.call("Handshake", iter([message((1, 1), (2, PLANTED["password"]))]), 5))
      raise grpc.RpcError
    opened.action("CloseSession")
  with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT ? AS a", (PLANTED["literal"],))
    cursor.fetchall()
  return given


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_logged(start, form):
  own = start("--log-level", "trace", "--log-format", form, "--print-queries")
  given = busy(own)
  own.stop()
  assert own.stderr.count("statement") > 20, "the statements were logged"
  for what, secret in PLANTED.items():
    assert secret not in own.stderr, what
  for opener in given:
    # Not even a part by which it could be told.
    assert opener[:8] not in own.stderr


def test_literals_are_kept_on_request_but_for_secrets(start):
  own = start("--log-level", "trace", "--print-queries", "--query-literals", "kept")
  busy(own)
  own.stop()
  assert PLANTED["literal"] in own.stderr
  for what in ("password", "storage key", "sas", "session id"):
    assert PLANTED[what] not in own.stderr, what


def test_masked_statements_stay_readable(start):
  own = start("--print-queries", "--log-format", "json")
  with RawClient(own.address) as opened:
    opened.query("SELECT a1, \"b 2\" FROM (VALUES (1, 'x''y'), (-2.5e3, 'z')) t(a1, \"b 2\") WHERE a1 < 1_000")
  masked = "SELECT a1, \"b 2\" FROM (VALUES (?, ?), (-?, ?)) t(a1, \"b 2\") WHERE a1 < ?"
  assert eventually(lambda: [r for r in json_records(own) if r.get("sql") == masked]), own.stderr


# MARK: Many


@dataclass
class Written:
  """What a server has written so far."""

  stderr: str


def test_a_line_is_read_once_it_is_whole():
  assert json_records(Written('{"a": 1}\n{"a": 2')) == [{"a": 1}]
  assert json_records(Written('{"a": 1}\n{"a": 2}\n')) == [{"a": 1}, {"a": 2}]
  with pytest.raises(json.JSONDecodeError):
    json_records(Written('{"a": 1}{"a": 2}\n'))


def test_lines_of_calls_at_once_do_not_mix(logging, name):
  def work(number: int) -> None:
    with RawClient(logging.address) as opened:
      named(opened, f"{name}-many-{number}")
      for _ in range(20):
        opened.query("SELECT 42")

  threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()

  def found() -> int:
    return sum(len(calls(logging, request=f"{name}-many-{number}")) for number in range(8))

  assert eventually(lambda: found() == 8 * 20 * 2)
