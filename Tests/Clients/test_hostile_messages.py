"""Messages that no client should send: cut short, changed, packed wrongly, far too large.

Each is answered, with a status that says whose fault it is, and the server goes on.
"""

from __future__ import annotations

import random

import grpc
import pytest

from support import protobuf
from support.flightsql import (
  TYPE_PREFIX, Command, RawClient, any_message, descriptor, path_descriptor, ticket,
)
from support.protobuf import message

HANDLE = bytes(range(16))

COMMANDS = {
  "CommandStatementQuery": message((1, "SELECT 42 AS a"), (2, HANDLE)),
  "CommandStatementSubstraitPlan": message((1, message((1, b"plan"), (2, "0.1"))), (2, HANDLE)),
  "CommandPreparedStatementQuery": message((1, HANDLE)),
  "CommandGetCatalogs": b"",
  "CommandGetDbSchemas": message((1, "memory"), (2, "ma%")),
  "CommandGetTables": message((1, "memory"), (2, "m_in"), (3, "%"), (4, "TABLE"), (5, True)),
  "CommandGetTableTypes": b"",
  "CommandGetPrimaryKeys": message((1, "memory"), (2, "main"), (3, "t")),
  "CommandGetExportedKeys": message((1, "memory"), (2, "main"), (3, "t")),
  "CommandGetImportedKeys": message((1, "memory"), (2, "main"), (3, "t")),
  "CommandGetCrossReference": message((3, "t"), (6, "u")),
  "CommandGetSqlInfo": message((1, b"\x00\x01\x08")),
  "CommandGetXdbcTypeInfo": message((1, 4)),
  "CommandStatementUpdate": message((1, "SELECT 42 AS a"), (2, HANDLE)),
  "CommandPreparedStatementUpdate": message((1, HANDLE)),
  "CommandStatementIngest": message((1, message((1, 1), (2, 1))), (2, "t"), (1000, b"")),
  "TicketStatementQuery": message((1, HANDLE)),
}

INFO = message((1, b"schema"), (2, descriptor(b"")), (3, message((1, ticket(HANDLE)))))

PACKED_ACTIONS = {
  "BeginTransaction": ("ActionBeginTransactionRequest", b""),
  "EndTransaction": ("ActionEndTransactionRequest", message((1, HANDLE), (2, 1))),
  "BeginSavepoint": ("ActionBeginSavepointRequest", message((1, HANDLE), (2, "s"))),
  "EndSavepoint": ("ActionEndSavepointRequest", message((1, HANDLE), (2, 1))),
  "CreatePreparedStatement": (
    "ActionCreatePreparedStatementRequest", message((1, "SELECT 42 AS a"), (2, HANDLE)),
  ),
  "CreatePreparedSubstraitPlan": (
    "ActionCreatePreparedSubstraitPlanRequest", message((1, message((1, b"plan")))),
  ),
  "ClosePreparedStatement": ("ActionClosePreparedStatementRequest", message((1, HANDLE))),
  "CancelQuery": ("ActionCancelQueryRequest", message((1, INFO))),
}

BARE_ACTIONS = {
  "CancelFlightInfo": message((1, INFO)),
  "RenewFlightEndpoint": message((1, message((1, ticket(HANDLE))))),
  "SetSessionOptions": message((1, message((1, "TimeZone"), (2, message((1, "UTC")))))),
  "GetSessionOptions": b"",
  "CloseSession": b"",
}

# INTERNAL and UNKNOWN would be the server's own fault.
BLAMELESS = {
  grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND,
  grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.ALREADY_EXISTS,
  grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED,
  grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def mutations(content: bytes) -> list[bytes]:
  """A message cut off at every length, and with bits and bytes changed: always the same ones."""
  chosen = random.Random(len(content))
  found = [content[:length] for length in range(len(content))]
  for _ in range(60):
    changed = bytearray(content or b"\0")
    for _ in range(chosen.choice([1, 1, 2, 8])):
      changed[chosen.randrange(len(changed))] ^= 1 << chosen.randrange(8)
    found.append(bytes(changed))
  for _ in range(20):
    at = chosen.randrange(len(content) + 1)
    found.append(content[:at] + chosen.randbytes(chosen.choice([1, 4, 16])) + content[at:])
  return found


def wrappings(name: str, body: bytes) -> list[bytes]:
  """Ways of packing a command that are all wrong."""
  whole = any_message(name, body)
  return [
    b"",
    body,
    whole + whole,
    any_message("Any", whole),
    message((1, "type.googleapis.com/google.protobuf.Any"), (2, whole)),
    message((1, name), (2, body)),
    message((1, "/" + TYPE_PREFIX + name), (2, body)),
    message((1, TYPE_PREFIX + name.lower()), (2, body)),
    message((1, TYPE_PREFIX + name + "\0"), (2, body)),
    message((1, TYPE_PREFIX + "CommandNoSuch"), (2, body)),
    message((1, b"\xff\xfe"), (2, body)),
    message((1, TYPE_PREFIX * 10_000), (2, body)),
    message((2, body)),
    any_message(name, b"\xff" * 20),
    any_message(name, protobuf.varint(1 << 3 | 2) + protobuf.varint(1 << 40)),
  ]


def status(client: RawClient, method: str, request) -> grpc.StatusCode:
  try:
    answer = client.call(method, request)
    if method not in ("GetFlightInfo", "GetSchema", "PollFlightInfo"):
      list(answer)
  except grpc.RpcError as error:
    assert len(error.details()) < 5_000
    return error.code()
  return grpc.StatusCode.OK


def calls(packed: bytes):
  """Every method that takes a command, with this one."""
  for method in ("GetFlightInfo", "GetSchema", "PollFlightInfo"):
    yield method, descriptor(packed)
  yield "DoGet", ticket(packed)
  yield "DoPut", iter([message((1, descriptor(packed)))])
  yield "DoExchange", iter([message((1, descriptor(packed)))])


@pytest.fixture(scope="module")
def running(start_module):
  """A server of its own, so that memory can be looked at."""
  return start_module()


@pytest.fixture
def target(running):
  with RawClient(running.address) as client:
    yield running, client
  assert running.process.poll() is None, "it has died"
  with RawClient(running.address) as client:
    assert client.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(target, name: str):
  _, client = target
  body = COMMANDS[name]
  packed = any_message(name, body)
  for content in [packed, *mutations(packed), *wrappings(name, body)]:
    for method, request in calls(content):
      assert status(client, method, request) in BLAMELESS, (method, content)


@pytest.mark.parametrize("action", [*PACKED_ACTIONS, *BARE_ACTIONS])
def test_actions(target, action: str):
  _, client = target
  name, body = PACKED_ACTIONS.get(action, ("", BARE_ACTIONS.get(action, b"")))
  packed = any_message(name, body) if name else body
  for content in [packed, *mutations(packed), *wrappings(name or action, body)]:
    request = message((1, action), (2, content))
    assert status(client, "DoAction", request) in BLAMELESS, content


@pytest.mark.parametrize(
  "action", ["", "NoSuchAction", "beginTransaction", "x" * 100_000, "BeginTransaction\0"]
)
def test_unknown_actions(target, action: str):
  _, client = target
  assert status(client, "DoAction", message((1, action))) == grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("method", RawClient.METHODS)
def test_requests_that_are_no_messages(target, method: str):
  """Requests of every method, cut and changed as a whole."""
  _, client = target
  packed = any_message("CommandStatementQuery", COMMANDS["CommandStatementQuery"])
  valid = {
    "Handshake": message((1, 1), (2, b"payload")),
    "ListFlights": message((1, b"expression")),
    "DoGet": ticket(packed),
    "DoPut": message((1, descriptor(packed)), (2, b"header"), (1000, b"body")),
    "DoExchange": message((1, descriptor(packed)), (2, b"header"), (1000, b"body")),
    "DoAction": message((1, "CreatePreparedStatement"), (2, packed)),
    "ListActions": b"",
  }.get(method, descriptor(packed))
  streams = RawClient.METHODS[method] == "stream_stream"
  for content in [valid, *mutations(valid)]:
    request = iter([content]) if streams else content
    assert status(client, method, request) in BLAMELESS, content


@pytest.mark.parametrize(
  "asked", [b"", message((1, 1)), path_descriptor("a"), message((1, 7), (2, b"x"))]
)
def test_descriptors_without_a_command(target, asked: bytes):
  _, client = target
  for method in ("GetFlightInfo", "GetSchema"):
    assert status(client, method, asked) == grpc.StatusCode.INVALID_ARGUMENT


def test_deeply_nested_messages(target):
  """An Any in an Any in an Any, and groups in groups: no parser may recurse without a limit."""
  _, client = target
  packed = any_message("CommandGetCatalogs")
  for _ in range(2_000):
    packed = any_message("CommandGetCatalogs", packed)
  groups = b"\x0b" * 100_000
  for content in (packed, groups, groups + b"\x0c" * 100_000):
    for method, request in calls(content):
      assert status(client, method, request) in BLAMELESS
    assert status(client, "GetFlightInfo", content) in BLAMELESS


def test_messages_beyond_the_limit_cost_no_memory(target):
  running, client = target
  running.reset_peak()
  before = running.resident_mib()
  for _ in range(5):
    sql = "SELECT '" + "x" * 60_000_000 + "' AS a"
    code = status(client, "GetFlightInfo", descriptor(Command.query(sql)))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
  assert running.peak_resident_mib() - before < 700


def test_handles_of_others(target):
  """Handles are guarded by being unguessable: what isn't one of ours names nothing."""
  _, client = target
  mine = client.prepare("SELECT 42 AS a").handle
  chosen = random.Random(1)
  for _ in range(100):
    changed = bytearray(mine)
    changed[chosen.randrange(16)] ^= 1 << chosen.randrange(8)
    handle = bytes(changed)
    for command in (
      Command.prepared_query(handle),
      any_message("TicketStatementQuery", message((1, handle))),
    ):
      assert status(client, "DoGet", ticket(command)) == grpc.StatusCode.NOT_FOUND
  assert client.flight_info(Command.prepared_query(mine)).tickets
