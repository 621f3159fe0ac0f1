"""Ingestion without a Flight library: messages as they travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import grpc
import pyarrow as pa

from . import protobuf
from .flightsql import Command, RawClient, descriptor
from .protobuf import message

CREATE, FAIL_IF_MISSING = 1, 2
FAIL, APPEND, REPLACE = 1, 2, 3
ROWS = pa.table({"i": [1, 2, None], "s": ["one", None, "three, and more than twelve bytes"]})


def ipc_messages(
  schema: pa.Schema, batches: Iterable[pa.RecordBatch], **options
) -> list[tuple[bytes, bytes]]:
  """Header and body of each message of an IPC stream."""
  sink = pa.BufferOutputStream()
  with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
    for batch in batches:
      writer.write_batch(batch)
  reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
  parts = []
  while True:
    try:
      found = reader.read_next_message()
    except StopIteration:
      return parts
    body = found.body.to_pybytes() if found.body is not None else b""
    parts.append((found.metadata.to_pybytes(), body))


def flight_messages(command: bytes, parts: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
  """The messages of a DoPut, the command with the first."""
  asked: bytes | None = descriptor(command)
  for header, body in parts:
    yield message((1, asked), (2, header), (1000, body))
    asked = None


def ingest(raw: RawClient, command: bytes, table: pa.Table, **options) -> int:
  """How many rows the server says it inserted."""
  parts = ipc_messages(table.schema, table.to_batches(), **options)
  (answer,) = raw.put(*flight_messages(command, parts))
  return protobuf.signed(protobuf.first(answer, 1, 0))


def refusal(raw: RawClient, *contents: bytes) -> tuple[grpc.StatusCode, str]:
  """The status that ends a DoPut of these messages."""
  try:
    answers = raw.put(*contents)
  except grpc.RpcError as error:
    return error.code(), error.details()
  raise AssertionError(f"not refused, but answered {answers}")


def ingest_refusal(raw: RawClient, command: bytes, table: pa.Table) -> tuple[grpc.StatusCode, str]:
  parts = ipc_messages(table.schema, table.to_batches())
  return refusal(raw, *flight_messages(command, parts))


def command(table: str, **settings) -> bytes:
  return Command.ingest(table, **settings)


def content(raw: RawClient, table: str) -> list[tuple]:
  return raw.rows(f"SELECT * FROM {table}")


def exists(raw: RawClient, table: str) -> bool:
  sql = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{table}'"
  return raw.rows(sql) == [(1,)]
