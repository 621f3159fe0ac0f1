"""Rows of values for the parameters of prepared statements, as clients bind them."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pytest

from . import protobuf
from .flightsql import Command, RawClient, descriptor, table
from .protobuf import message


def data_messages(command: bytes, rows: pa.Table | pa.RecordBatch) -> list[bytes]:
  """The messages of a DoPut: the command comes with the schema, the batches follow."""
  sink = pa.BufferOutputStream()
  with pa.ipc.new_stream(sink, rows.schema) as writer:
    writer.write(rows)
  contents = []
  for part in pa.ipc.MessageReader.open_stream(sink.getvalue()):
    asked = None if contents else descriptor(command)
    contents.append(message((1, asked), (2, part.metadata.to_pybytes()), (1000, body(part))))
  return contents


def body(part: pa.ipc.Message) -> bytes | None:
  return part.body.to_pybytes() if part.body is not None and part.body.size else None


def rows_of(*columns, names: list[str] | None = None) -> pa.Table:
  """A table of these arrays, or of single values: then it has one row."""
  arrays = [c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array([c]) for c in columns]
  return pa.table(arrays, names=names or [str(n + 1) for n in range(len(arrays))])


def bind(raw: RawClient, handle: bytes, rows: pa.Table) -> bytes:
  """DoPut of CommandPreparedStatementQuery; the handle in the answer."""
  (answer,) = raw.put(*data_messages(Command.prepared_query(handle), rows))
  return protobuf.first(answer, 1)


def update(raw: RawClient, handle: bytes, rows: pa.Table) -> int:
  """DoPut of CommandPreparedStatementUpdate; the count in the answer."""
  (answer,) = raw.put(*data_messages(Command.prepared_update(handle), rows))
  return protobuf.signed(protobuf.first(answer, 1, 0))


def execute(raw: RawClient, handle: bytes) -> pa.Table:
  """GetFlightInfo and DoGet of a prepared query, which must agree on the schema."""
  info = raw.flight_info(Command.prepared_query(handle))
  (ticket,) = info.tickets
  result = table(raw.messages(ticket))
  assert info.schema == result.schema
  return result


def query(raw: RawClient, sql: str, *columns) -> pa.Table:
  """Prepares, binds, executes and closes."""
  prepared = raw.prepare(sql)
  try:
    bind(raw, prepared.handle, rows_of(*columns))
    return execute(raw, prepared.handle)
  finally:
    raw.close_prepared(prepared.handle)


def parameter_schema(prepared) -> pa.Schema:
  content = protobuf.first(prepared.content, 3)
  return pa.ipc.read_schema(pa.py_buffer(content))


def refused(code: grpc.StatusCode, words: str):
  """The error of what is done inside has this code and text."""
  return pytest.raises(grpc.RpcError, check=lambda e: e.code() == code, match=words)
