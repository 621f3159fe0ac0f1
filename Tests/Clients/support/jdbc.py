"""The Flight SQL JDBC driver's calls over plain gRPC: the same messages in the same order.

Follows flight-sql-jdbc-driver 18.3.0 closely where a server can tell: which calls a JDBC method
makes, how values are put into Arrow vectors, which types and schemas it is able to read. Java
itself is not needed.
"""

from __future__ import annotations

import base64
from http.cookies import SimpleCookie

import pyarrow as pa

from . import protobuf
from .flightsql import (
  Command,
  FlightData,
  FlightInfo,
  PreparedStatement,
  RawClient,
  any_message,
  descriptor,
  table,
  ticket,
)
from .jdbc_metadata import DatabaseMetaData
from .jdbc_values import SQLException, vector
from .protobuf import message

class Connection:
  """java.sql.Connection. `properties` the driver does not know travel as headers."""

  def __init__(
    self,
    address: str,
    user: str | None = None,
    password: str | None = None,
    token: str | None = None,
    catalog: str | None = None,
    **properties: str,
  ):
    self.client = RawClient(address)
    self.headers = {name.lower(): value for name, value in properties.items()}
    self.cookies: dict[str, str] = {}
    self.credential: str | None = None
    self.calls: list[str] = []
    self.catalog = catalog
    if token is not None:
      self.credential = f"Bearer {token}"
      self._handshake()
    elif user is not None:
      self._log_in(user, password or "")
    if catalog is not None:
      self.set_catalog(catalog)

  def _handshake(self):
    """One empty request; the credentials are in the header."""
    return self.call("Handshake", iter([b""]))

  def _log_in(self, user: str, password: str) -> None:
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    self.credential = f"Basic {encoded}"
    self._handshake()
    if not (self.received.get("authorization") or "").startswith("Bearer "):
      raise SQLException("the handshake's headers bring no bearer token")
    self.credential = self.received["authorization"]

  def call(self, method: str, request) -> list[bytes]:
    """The answers to a call, read to the end."""
    self.calls.append(method)
    metadata = list(self.headers.items())
    if self.cookies:
      content = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
      metadata.append(("cookie", content))
    if self.credential:
      metadata.append(("authorization", self.credential))
    invoke = self.client.methods[method]
    if RawClient.METHODS[method] == "unary_unary":
      answer, call = invoke.with_call(request, timeout=60, metadata=metadata)
      answers = [answer]
    else:
      call = invoke(request, timeout=60, metadata=metadata)
      answers = list(call)
    self._receive(call.initial_metadata())
    return answers

  def _receive(self, headers) -> None:
    self.received = {}
    for name, value in headers:
      self.received[name] = value
      if name == "set-cookie":
        for cookie in SimpleCookie(value).values():
          self.cookies[cookie.key.lower()] = cookie.value
          if cookie["max-age"] == "0":
            del self.cookies[cookie.key.lower()]

  def action(self, name: str, body: bytes = b"") -> list[bytes]:
    answers = self.call("DoAction", message((1, name), (2, body)))
    return [protobuf.first(answer, 1) for answer in answers]

  def set_catalog(self, catalog: str) -> None:
    value = message((1, catalog))
    (answer,) = self.action("SetSessionOptions", message((1, message((1, "catalog"), (2, value)))))
    if protobuf.every(answer, 1):
      raise SQLException(f"Cannot set session option for catalog = {catalog}.")

  def create_statement(self) -> Statement:
    return Statement(self)

  def prepare_statement(self, sql: str) -> BoundStatement:
    return BoundStatement(self, Prepared(self, sql))

  @property
  def metadata(self) -> DatabaseMetaData:
    return DatabaseMetaData(self)

  def flight_info(self, command: bytes) -> FlightInfo:
    return FlightInfo(*self.call("GetFlightInfo", descriptor(command)))

  def result_set(self, command: bytes) -> pa.Table:
    """GetFlightInfo and DoGet; refuses what the driver could not show."""
    info = self.flight_info(command)
    endpoints = protobuf.every(info.content, 3)
    if any(protobuf.every(endpoint, 2) for endpoint in endpoints):
      raise SQLException("a location: the driver would open a connection of its own to it")
    parts = []
    for content in info.tickets:
      answers = self.call("DoGet", ticket(content))
      parts.append(table(FlightData.parse(answer) for answer in answers))
    for part in parts:
      if part.schema != info.schema:
        raise SQLException(f"FlightInfo announced {info.schema}, the stream has {part.schema}")
      for field in part.schema:
        check_readable(field)
    return pa.concat_tables(parts)

  def close(self) -> None:
    """Statements that are still open are not closed: the channel is gone by then."""
    if self.catalog is not None:
      (answer,) = self.action("CloseSession")
      if protobuf.first(answer, 1) != 1:
        raise SQLException("the session was not closed")
    self.client.close()

  def __enter__(self) -> Connection:
    return self

  def __exit__(self, *_) -> None:
    self.close()


def check_readable(field: pa.Field) -> None:
  """Refuses the types for which the driver has no accessor, or shows something else."""
  types = pa.types
  kind = field.type
  if types.is_float16(kind) or types.is_list_view(kind) or types.is_run_end_encoded(kind):
    raise SQLException(f"column {field.name}: the driver has no accessor for {kind}")
  if types.is_dictionary(kind):
    raise SQLException(f"column {field.name}: the driver shows a dictionary's indices")
  if b"ARROW:FLIGHT:SQL:REMARKS" in (field.metadata or {}):
    raise SQLException(f"column {field.name}: the driver would show the remark as its label")
  for index in range(kind.num_fields):
    check_readable(kind.field(index))


class Prepared:
  """The driver's prepared statement, behind statements of both kinds."""

  def __init__(self, connection: Connection, sql: str):
    self.connection = connection
    request = any_message("ActionCreatePreparedStatementRequest", message((1, sql)))
    (answer,) = connection.action("CreatePreparedStatement", request)
    self.answer = PreparedStatement(protobuf.first(answer, 2))
    self.handle = self.answer.handle
    self.dataset_schema = read_schema(self.answer.dataset_schema_bytes)
    self.parameter_schema = read_schema(protobuf.first(self.answer.content, 3))
    self.parameters: pa.RecordBatch | None = None
    for field in self.dataset_schema:
      check_readable(field)

  @property
  def is_update(self) -> bool:
    """As 18.3 and 19.0 decide it; newer drivers ask the server's `is_update`, which must agree."""
    decided = len(self.dataset_schema) == 0
    if self.answer.is_update not in (None, decided):
      raise SQLException(f"is_update says {self.answer.is_update}, the schema {decided}")
    return decided

  def put(self, command: bytes) -> bytes:
    """DoPut of the parameters, or of a batch without columns; the first answer's metadata."""
    batch = self.parameters
    if batch is None:
      batch = pa.record_batch([], schema=pa.schema([]))
    first = flight_data(batch.schema.serialize(), descriptor(command))
    answers = self.connection.call("DoPut", iter([first, flight_data(batch.serialize())]))
    if not answers:
      raise SQLException("DoPut had no answer")
    return protobuf.first(answers[0], 1)

  def execute_query(self) -> pa.Table:
    handle = self.handle
    if self.parameters is not None and self.parameters.num_rows:
      handle = protobuf.first(self.put(Command.prepared_query(handle)), 1)
    return self.connection.result_set(Command.prepared_query(handle))

  def execute_update(self) -> int:
    answer = self.put(Command.prepared_update(self.handle))
    return protobuf.signed(protobuf.first(answer, 1, 0))

  def close(self) -> None:
    request = any_message("ActionClosePreparedStatementRequest", message((1, self.handle)))
    self.connection.action("ClosePreparedStatement", request)


def read_schema(content: bytes) -> pa.Schema:
  return pa.ipc.read_schema(pa.py_buffer(content)) if content else pa.schema([])


def flight_data(encapsulated: pa.Buffer, described: bytes | None = None) -> bytes:
  """A FlightData of an IPC message."""
  content = encapsulated.to_pybytes()
  length = int.from_bytes(content[4:8], "little")
  header, body = content[8 : 8 + length], content[8 + length :]
  return message((1, described), (2, header), (1000, body))


class Statement:
  """java.sql.Statement: it prepares each text it runs.

  The handle of its last text is closed with it; those of earlier texts never are.
  """

  def __init__(self, connection: Connection):
    self.connection = connection
    self.prepared: Prepared | None = None

  def execute(self, sql: str) -> pa.Table | int:
    """A result set, or a number of rows."""
    self.prepared = Prepared(self.connection, sql)
    if self.prepared.is_update:
      return self.prepared.execute_update()
    return self.prepared.execute_query()

  def execute_query(self, sql: str) -> list[tuple]:
    result = self.execute(sql)
    if isinstance(result, int):
      raise SQLException("Statement did not return a result set")
    return rows(result)

  def execute_update(self, sql: str) -> int:
    result = self.execute(sql)
    if not isinstance(result, int):
      raise SQLException("Statement returned a result set")
    return result

  def close(self) -> None:
    if self.prepared is not None:
      self.prepared.close()

  def __enter__(self) -> Statement:
    return self

  def __exit__(self, *_) -> None:
    self.close()


class BoundStatement:
  """java.sql.PreparedStatement."""

  def __init__(self, connection: Connection, prepared: Prepared):
    self.connection = connection
    self.prepared = prepared

  @property
  def parameter_schema(self) -> pa.Schema:
    return self.prepared.parameter_schema

  def execute_query(self, *values) -> list[tuple]:
    self._bind([values])
    return rows(self.prepared.execute_query())

  def execute_update(self, *values) -> int:
    self._bind([values])
    return self.prepared.execute_update()

  def execute_batch(self, values: list[tuple]) -> int:
    """The driver answers one count for all rows."""
    self._bind(values)
    return self.prepared.execute_update()

  def _bind(self, values: list[tuple]) -> None:
    schema = self.parameter_schema
    for row in values:
      if len(row) != len(schema):
        raise SQLException(f"{len(schema)} parameters, but {len(row)} values")
    if len(schema):
      columns = [vector(field, list(column)) for field, column in zip(schema, zip(*values))]
      self.prepared.parameters = pa.record_batch(columns, schema=schema)

  def close(self) -> None:
    self.prepared.close()

  def __enter__(self) -> BoundStatement:
    return self

  def __exit__(self, *_) -> None:
    self.close()


def rows(result: pa.Table) -> list[tuple]:
  return list(zip(*(column.to_pylist() for column in result.columns)))
