"""Flight itself: each method, and what is answered to requests that make no sense."""

from __future__ import annotations

import random

import grpc
import pytest

from support import protobuf
from support.flightsql import (
  Command,
  RawClient,
  any_message,
  descriptor,
  path_descriptor,
  table,
  ticket,
)
from support.protobuf import message

StatusCode = grpc.StatusCode

# What a request is answered with that isn't one of this server's.
REFUSALS = (StatusCode.INVALID_ARGUMENT, StatusCode.NOT_FOUND, StatusCode.UNIMPLEMENTED)

UNKNOWN_HANDLE = b"no such handle"

COMMANDS_TO_COME = {
  "CommandGetCatalogs": b"",
  "CommandGetDbSchemas": b"",
  "CommandGetTables": b"",
  "CommandGetTableTypes": b"",
  "CommandGetPrimaryKeys": message((3, "t")),
  "CommandGetExportedKeys": message((3, "t")),
  "CommandGetImportedKeys": message((3, "t")),
  "CommandGetCrossReference": message((3, "t"), (6, "u")),
  "CommandGetSqlInfo": b"",
  "CommandGetXdbcTypeInfo": b"",
  "CommandStatementSubstraitPlan": message((1, message((1, b"plan"), (2, "0.1")))),
}

ACTIONS_TO_COME = {
  "BeginTransaction": any_message("ActionBeginTransactionRequest"),
  "EndTransaction": any_message("ActionEndTransactionRequest", message((1, b"t"), (2, 1))),
  "BeginSavepoint": any_message("ActionBeginSavepointRequest", message((1, b"t"), (2, "s"))),
  "EndSavepoint": any_message("ActionEndSavepointRequest", message((1, b"s"), (2, 1))),
  "CreatePreparedSubstraitPlan": any_message("ActionCreatePreparedSubstraitPlanRequest"),
  "CancelQuery": any_message("ActionCancelQueryRequest"),
  "CancelFlightInfo": b"",
  "RenewFlightEndpoint": b"",
  "SetSessionOptions": b"",
  "GetSessionOptions": b"",
}


def refused(call, *codes: StatusCode) -> str:
  """The message of the status that the call ends with, which must be one of these."""
  with pytest.raises(grpc.RpcError) as caught:
    result = call()
    if hasattr(result, "__next__"):
      list(result)
  status = caught.value
  assert status.code() in codes, f"{status.code()}: {status.details()}"
  assert status.details(), "a status says why"
  return status.details()


@pytest.mark.parametrize("payloads", [[], [b""], [b"anything"]], ids=["none", "one", "more"])
def test_handshake_without_credentials_succeeds(raw, payloads: list[bytes]):
  requests = iter([message((1, 0), (2, payload)) for payload in payloads])
  assert len(list(raw.call("Handshake", requests))) <= 1


def test_list_actions(raw):
  listed = [protobuf.first(answer, 1).decode() for answer in raw.call("ListActions", b"")]
  assert {"CreatePreparedStatement", "ClosePreparedStatement"} <= set(listed)
  assert len(listed) == len(set(listed))
  for name in set(listed) - {"CloseSession"}:
    try:
      raw.action(name)
    except grpc.RpcError as error:
      assert error.code() != StatusCode.UNIMPLEMENTED, f"{name} is listed"


def test_list_flights_is_empty_or_unimplemented(raw):
  try:
    assert list(raw.call("ListFlights", b"")) == []
  except grpc.RpcError as error:
    assert error.code() == StatusCode.UNIMPLEMENTED


def test_do_exchange_is_unimplemented(raw):
  request = message((1, descriptor(Command.query("SELECT 1"))))
  refused(lambda: raw.call("DoExchange", iter([request])), StatusCode.UNIMPLEMENTED)


@pytest.mark.parametrize(
  "method", ["/arrow.flight.protocol.FlightService/Nothing", "/no.Service/Method"]
)
def test_an_unknown_method_is_unimplemented(raw, method: str):
  refused(lambda: raw.channel.unary_unary(method)(b"", timeout=10), StatusCode.UNIMPLEMENTED)


@pytest.mark.parametrize("name", COMMANDS_TO_COME)
@pytest.mark.parametrize("method", ["GetFlightInfo", "GetSchema"])
def test_a_command_to_come_names_itself(raw, method: str, name: str):
  request = descriptor(any_message(name, COMMANDS_TO_COME[name]))
  details = refused(lambda: raw.call(method, request), StatusCode.UNIMPLEMENTED)
  assert name.removeprefix("Command") in details


@pytest.mark.parametrize("name", ["CommandStatementSubstraitPlan"])
def test_a_put_to_come_names_itself(raw, name: str):
  request = message((1, descriptor(any_message(name))))
  details = refused(lambda: raw.put(request), StatusCode.UNIMPLEMENTED)
  assert name.removeprefix("Command") in details


@pytest.mark.parametrize("name", ACTIONS_TO_COME)
def test_an_action_to_come_names_itself(raw, name: str):
  details = refused(lambda: raw.action(name, ACTIONS_TO_COME[name]), StatusCode.UNIMPLEMENTED)
  assert name in details


def test_poll_flight_info_to_come_names_itself(raw):
  request = descriptor(Command.query("SELECT 1"))
  assert "PollFlightInfo" in refused(
    lambda: raw.call("PollFlightInfo", request), StatusCode.UNIMPLEMENTED
  )


def test_an_unknown_action_is_refused_by_name(raw):
  details = refused(
    lambda: raw.action("MakeCoffee"), StatusCode.UNIMPLEMENTED, StatusCode.INVALID_ARGUMENT
  )
  assert "MakeCoffee" in details


MALFORMED = {
  "no command": message((1, 2)),
  "empty": b"",
  "a path": path_descriptor("a", "b"),
  "an unknown kind": message((1, 7), (2, Command.query("SELECT 1"))),
  "garbage for a command": descriptor(b"\xff\xfe garbage"),
  "an Any of nothing": descriptor(message((1, ""))),
  "an Any of another kind": descriptor(message((1, "type.googleapis.com/google.protobuf.Empty"))),
  "an unknown command": descriptor(any_message("CommandMakeCoffee")),
  "a truncated command": descriptor(Command.query("SELECT 1")[:-3]),
  "a query that isn't text": descriptor(
    any_message("CommandStatementQuery", message((1, b"SELECT '\xff\xfe'")))
  ),
  "an empty query": descriptor(Command.query("")),
  "a query of blanks": descriptor(Command.query(" \n ; -- nothing\n")),
  "a ticket's content": descriptor(any_message("TicketStatementQuery", message((1, b"x")))),
}


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("method", ["GetFlightInfo", "GetSchema"])
def test_a_malformed_descriptor_is_refused(raw, method: str, request_: bytes):
  refused(
    lambda: raw.call(method, request_), StatusCode.INVALID_ARGUMENT, StatusCode.UNIMPLEMENTED
  )


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_put_is_refused(raw, request_: bytes):
  refused(
    lambda: raw.put(message((1, request_))),
    StatusCode.INVALID_ARGUMENT, StatusCode.UNIMPLEMENTED,
  )


def test_a_put_of_nothing_is_refused(raw):
  refused(lambda: raw.put(), StatusCode.INVALID_ARGUMENT)


@pytest.mark.parametrize(
  "content",
  [b"", b"garbage", bytes(300), any_message("TicketStatementQuery", message((1, b"no such")))],
  ids=["empty", "garbage", "zeros", "unknown handle"],
)
def test_a_malformed_ticket_is_refused(raw, content: bytes):
  refused(lambda: raw.stream(content), StatusCode.INVALID_ARGUMENT, StatusCode.NOT_FOUND)


def test_a_changed_ticket_is_refused(raw):
  (good,) = raw.flight_info(Command.query("SELECT 'secret'")).tickets
  for position in range(0, len(good), max(1, len(good) // 40)):
    bad = bytearray(good)
    bad[position] ^= 0x10
    try:
      found = table(raw.messages(bytes(bad)))
    except grpc.RpcError as error:
      assert error.code() in REFUSALS, error.details()
    else:
      assert found.to_pylist() == [{"'secret'": "secret"}], "a ticket never turns into another"


@pytest.mark.parametrize("make", [Command.prepared_query, Command.prepared_update])
def test_an_unknown_prepared_statement_is_not_found(raw, make):
  command = make(UNKNOWN_HANDLE)
  if make is Command.prepared_query:
    refused(lambda: raw.flight_info(command), StatusCode.NOT_FOUND)
    refused(lambda: raw.schema_bytes(command), StatusCode.NOT_FOUND)
  else:
    refused(lambda: raw.update(command), StatusCode.NOT_FOUND)


def test_a_closed_prepared_statement_is_not_found(raw):
  handle = raw.prepare("SELECT 1 AS a").handle
  raw.close_prepared(handle)
  refused(lambda: raw.flight_info(Command.prepared_query(handle)), StatusCode.NOT_FOUND)


def test_a_prepared_statement_runs_again_and_again(raw):
  handle = raw.prepare("SELECT 1 AS a").handle
  for _ in range(3):
    (content,) = raw.flight_info(Command.prepared_query(handle)).tickets
    assert table(raw.messages(content)).to_pylist() == [{"a": 1}]
  raw.close_prepared(handle)


@pytest.mark.parametrize("body", [b"", b"garbage", any_message("ActionBeginTransactionRequest")])
@pytest.mark.parametrize("name", ["CreatePreparedStatement", "ClosePreparedStatement"])
def test_an_action_with_another_body_is_refused(raw, name: str, body: bytes):
  refused(lambda: raw.action(name, body), StatusCode.INVALID_ARGUMENT)


def test_a_ticket_fetched_twice_gives_the_same_or_nothing(raw):
  (content,) = raw.flight_info(Command.query("SELECT i FROM range(3) AS r(i)")).tickets
  first = table(raw.messages(content))
  assert first.to_pylist() == [{"i": 0}, {"i": 1}, {"i": 2}]
  try:
    assert table(raw.messages(content)).equals(first)
  except grpc.RpcError as error:
    assert error.code() in (StatusCode.NOT_FOUND, StatusCode.INVALID_ARGUMENT), error.details()


def test_tickets_wait_for_their_turn(raw):
  """Many results asked for before the first is fetched, fetched in another order."""
  asked = {n: raw.flight_info(Command.query(f"SELECT {n} AS n")).tickets[0] for n in range(50)}
  for number, content in sorted(asked.items(), reverse=True):
    assert table(raw.messages(content)).to_pylist() == [{"n": number}]


def test_tickets_cannot_be_guessed_from_another(raw):
  tickets = {raw.flight_info(Command.query("SELECT 1")).tickets[0] for _ in range(20)}
  assert len(tickets) == 20 or len(min(tickets)) >= 32


def test_flight_info_says_what_was_asked(raw):
  asked = descriptor(Command.query("SELECT 1"))
  info = raw.call("GetFlightInfo", asked)
  assert protobuf.first(info, 2) in (asked, b"")
  (endpoint,) = protobuf.every(info, 3)
  assert protobuf.every(endpoint, 2) == [] or all(
    protobuf.first(location, 1) in (b"", b"arrow-flight-reuse-connection://?")
    for location in protobuf.every(endpoint, 2)
  )


def test_a_large_request_is_refused_or_answered(server):
  """The limit of a message, whatever it is, ends the call and not the connection."""
  with RawClient(server.address, max_send_message_length=-1) as raw:
    sql = f"SELECT 1 /* {'x' * (80 << 20)} */"
    try:
      raw.flight_info(Command.query(sql))
    except grpc.RpcError as error:
      assert error.code() in (StatusCode.RESOURCE_EXHAUSTED, StatusCode.INVALID_ARGUMENT)
    assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("method", ["GetFlightInfo", "GetSchema", "DoGet", "DoAction", "DoPut"])
def test_arbitrary_bytes_never_break_anything(server, raw, method: str):
  seeds = random.Random(f"{method} 1")
  samples = [
    descriptor(Command.query("SELECT 1")),
    descriptor(Command.prepared_query(b"handle")),
    ticket(any_message("TicketStatementQuery", message((1, b"handle")))),
    message((1, "CreatePreparedStatement"), (2, Command.query("SELECT 1"))),
    message((1, descriptor(Command.update("SELECT 1")))),
  ]
  for _ in range(150):
    content = bytearray(seeds.choice(samples))
    for _ in range(seeds.randint(1, 6)):
      content[seeds.randrange(len(content))] = seeds.randrange(256)
    content = bytes(content[: seeds.randint(0, len(content))])
    try:
      result = raw.call(method, iter([content]) if method == "DoPut" else content, timeout=10)
      if hasattr(result, "__next__"):
        list(result)
    except grpc.RpcError as error:
      assert error.code() in REFUSALS, f"{content!r}: {error.code()}: {error.details()}"
  assert raw.rows("SELECT 42") == [(42,)]
