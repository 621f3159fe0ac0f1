"""Flight SQL's commands and actions, and a client that shows what travels.

`Command` and `Action` make the bytes any Flight client can send. `RawClient` speaks gRPC without a
Flight library in between: exact status codes, messages as they are on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import grpc
import pyarrow as pa
import pyarrow.flight as flight

from . import protobuf
from .protobuf import message

TYPE_PREFIX = "type.googleapis.com/arrow.flight.protocol.sql."


def any_message(name: str, body: bytes = b"") -> bytes:
  """google.protobuf.Any holding one of Flight SQL's messages."""
  return message((1, TYPE_PREFIX + name), (2, body))


def unpack(data: bytes) -> tuple[str, bytes]:
  """The name and the content of an Any."""
  return protobuf.first(data, 1).decode().removeprefix(TYPE_PREFIX), protobuf.first(data, 2)


class Command:
  """The command of a descriptor."""

  @staticmethod
  def query(sql: str, transaction: bytes | None = None) -> bytes:
    return any_message("CommandStatementQuery", message((1, sql), (2, transaction)))

  @staticmethod
  def update(sql: str, transaction: bytes | None = None) -> bytes:
    return any_message("CommandStatementUpdate", message((1, sql), (2, transaction)))

  @staticmethod
  def prepared_query(handle: bytes) -> bytes:
    return any_message("CommandPreparedStatementQuery", message((1, handle)))

  @staticmethod
  def prepared_update(handle: bytes) -> bytes:
    return any_message("CommandPreparedStatementUpdate", message((1, handle)))

  @staticmethod
  def ingest(
    table: str,
    *,
    if_not_exist: int = 1,
    if_exists: int = 1,
    schema: str | None = None,
    catalog: str | None = None,
    temporary: bool | None = None,
    transaction: bytes | None = None,
    options: dict[str, str] | None = None,
  ) -> bytes:
    """`if_not_exist`: 1 creates, 2 fails; `if_exists`: 1 fails, 2 appends, 3 replaces."""
    entries = [(1000, message((1, key), (2, value))) for key, value in (options or {}).items()]
    definition = message((1, if_not_exist), (2, if_exists))
    parts = [(1, definition), (2, table), (3, schema), (4, catalog), (5, temporary)]
    return any_message("CommandStatementIngest", message(*parts, (6, transaction), *entries))


def descriptor(command: bytes) -> bytes:
  """A FlightDescriptor that holds a command."""
  return message((1, 2), (2, command))


def path_descriptor(*path: str) -> bytes:
  return message((1, 1), *((3, part) for part in path))


def ticket(content: bytes) -> bytes:
  return message((1, content))


@dataclass
class FlightInfo:
  """A FlightInfo as it came, its parts taken out."""

  content: bytes

  @property
  def schema_bytes(self) -> bytes:
    return protobuf.first(self.content, 1)

  @property
  def schema(self) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(self.schema_bytes))

  @property
  def tickets(self) -> list[bytes]:
    endpoints = protobuf.every(self.content, 3)
    return [protobuf.first(protobuf.first(endpoint, 1), 1) for endpoint in endpoints]

  @property
  def total_records(self) -> int:
    return protobuf.signed(protobuf.first(self.content, 4, 0))


@dataclass
class FlightData:
  """One message of a stream."""

  header: bytes
  body: bytes
  metadata: bytes
  byte_count: int

  @classmethod
  def parse(cls, content: bytes) -> FlightData:
    parts = dict(protobuf.fields(content))
    return cls(parts.get(2, b""), parts.get(1000, b""), parts.get(3, b""), len(content))

  def encapsulated(self) -> bytes:
    """The message as it stands in an IPC stream."""
    header = self.header + bytes(-len(self.header) % 8)
    return b"\xff\xff\xff\xff" + len(header).to_bytes(4, "little") + header + self.body


def table(messages: Iterable[FlightData]) -> pa.Table:
  """The table that a stream's messages carry."""
  content = b"".join(item.encapsulated() for item in messages)
  return pa.ipc.open_stream(content + b"\xff\xff\xff\xff\0\0\0\0").read_all()


def bare_schema(encapsulated: bytes) -> bytes:
  """The flatbuffer of an encapsulated schema message, with its padding."""
  if encapsulated[:4] != b"\xff\xff\xff\xff":
    raise ValueError("no continuation marker")
  length = int.from_bytes(encapsulated[4:8], "little")
  if length % 8 or len(encapsulated) != 8 + length:
    raise ValueError(f"length {length} of {len(encapsulated)} bytes")
  return encapsulated[8:]


class RawClient:
  """Flight's methods over plain gRPC. Each answers with what the server sent, undecoded."""

  METHODS = {
    "Handshake": "stream_stream",
    "ListFlights": "unary_stream",
    "GetFlightInfo": "unary_unary",
    "PollFlightInfo": "unary_unary",
    "GetSchema": "unary_unary",
    "DoGet": "unary_stream",
    "DoPut": "stream_stream",
    "DoExchange": "stream_stream",
    "DoAction": "unary_stream",
    "ListActions": "unary_stream",
  }

  def __init__(
    self,
    address: str,
    credentials: grpc.ChannelCredentials | None = None,
    **options: int | str,
  ):
    settings = {"grpc.use_local_subchannel_pool": 1}
    settings |= {f"grpc.{name}": value for name, value in options.items()}
    if credentials is None:
      self.channel = grpc.insecure_channel(address, options=list(settings.items()))
    else:
      self.channel = grpc.secure_channel(address, credentials, options=list(settings.items()))
    self.methods = {
      name: getattr(self.channel, kind)(f"/arrow.flight.protocol.FlightService/{name}")
      for name, kind in self.METHODS.items()
    }
    self.metadata: list[tuple[str, str]] = []

  def call(self, method: str, request, timeout: float | None = 60):
    return self.methods[method](request, timeout=timeout, metadata=self.metadata or None)

  def flight_info(self, command: bytes, timeout: float | None = 60) -> FlightInfo:
    return FlightInfo(self.call("GetFlightInfo", descriptor(command), timeout))

  def schema_bytes(self, command: bytes) -> bytes:
    return protobuf.first(self.call("GetSchema", descriptor(command)), 1)

  def stream(self, ticket_content: bytes, timeout: float | None = 60) -> Iterator[bytes]:
    return self.call("DoGet", ticket(ticket_content), timeout)

  def messages(self, ticket_content: bytes) -> list[FlightData]:
    return [FlightData.parse(content) for content in self.stream(ticket_content)]

  def query(self, sql: str) -> pa.Table:
    """GetFlightInfo and DoGet."""
    (only,) = self.flight_info(Command.query(sql)).tickets
    return table(self.messages(only))

  def rows(self, sql: str) -> list[tuple]:
    result = self.query(sql)
    return list(zip(*(column.to_pylist() for column in result.columns)))

  def put(self, *contents: bytes) -> list[bytes]:
    """DoPut of these messages; the metadata of each answer."""
    answers = self.call("DoPut", iter(contents))
    return [protobuf.first(answer, 1) for answer in answers]

  def update(self, command: bytes) -> int:
    """DoPut of a command without data; the number of rows it changed."""
    (answer,) = self.put(message((1, descriptor(command))))
    return protobuf.signed(protobuf.first(answer, 1, 0))

  def begin_update(self, command: bytes):
    """DoPut of a command without data, whose answer nobody waits for."""
    return self.call("DoPut", iter([message((1, descriptor(command)))]))

  def action(self, name: str, body: bytes = b"") -> list[bytes]:
    answers = self.call("DoAction", message((1, name), (2, body)))
    return [protobuf.first(answer, 1) for answer in answers]

  def begin(self) -> bytes:
    """BeginTransaction; the transaction's id."""
    (answer,) = self.action("BeginTransaction", any_message("ActionBeginTransactionRequest"))
    name, content = unpack(answer)
    if name != "ActionBeginTransactionResult":
      raise ValueError(name)
    return protobuf.first(content, 1)

  def end(self, transaction: bytes, action: int) -> None:
    """EndTransaction: 1 commits, 2 rolls back."""
    request = any_message("ActionEndTransactionRequest", message((1, transaction), (2, action)))
    if self.action("EndTransaction", request):
      raise ValueError("EndTransaction has no result")

  def commit(self, transaction: bytes) -> None:
    self.end(transaction, 1)

  def roll_back(self, transaction: bytes) -> None:
    self.end(transaction, 2)

  def prepare(self, sql: str, transaction: bytes | None = None) -> PreparedStatement:
    request = any_message(
      "ActionCreatePreparedStatementRequest", message((1, sql), (2, transaction))
    )
    (answer,) = self.action("CreatePreparedStatement", request)
    name, content = unpack(answer)
    if name != "ActionCreatePreparedStatementResult":
      raise ValueError(name)
    return PreparedStatement(content)

  def close_prepared(self, handle: bytes) -> None:
    request = any_message("ActionClosePreparedStatementRequest", message((1, handle)))
    self.action("ClosePreparedStatement", request)

  def close(self) -> None:
    self.channel.close()

  def __enter__(self) -> RawClient:
    return self

  def __exit__(self, *_) -> None:
    self.close()


@dataclass
class PreparedStatement:
  content: bytes

  @property
  def handle(self) -> bytes:
    return protobuf.first(self.content, 1)

  @property
  def dataset_schema_bytes(self) -> bytes:
    return protobuf.first(self.content, 2)

  @property
  def is_update(self) -> bool | None:
    found = protobuf.first(self.content, 4, None)
    return None if found is None else bool(found)


def open_query(client: flight.FlightClient, sql: str, **options) -> flight.FlightStreamReader:
  """GetFlightInfo and the start of DoGet through Arrow's C++ client."""
  call_options = flight.FlightCallOptions(**options)
  asked = flight.FlightDescriptor.for_command(Command.query(sql))
  info = client.get_flight_info(asked, call_options)
  return client.do_get(info.endpoints[0].ticket, call_options)


def read_table(client: flight.FlightClient, sql: str, **options) -> pa.Table:
  return open_query(client, sql, **options).read_all()


def run(raw: RawClient, *statements: str) -> None:
  """Runs statements, one call for each, whose results nobody reads."""
  for sql in statements:
    raw.update(Command.update(sql))
