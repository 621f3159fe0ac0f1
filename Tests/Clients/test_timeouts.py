"""The statement timeout, by setting and by session option, and clients' own deadlines."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.ingestion import APPEND, flight_messages, ipc_messages
from support.protobuf import message
from support.server import run_to_end

ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) AS r(i)"


def set_timeout(client: RawClient, seconds: str) -> None:
  entry = message((1, message((1, "statement_timeout"), (2, message((1, seconds))))))
  (answer,) = client.action("SetSessionOptions", entry)
  assert answer == b"", "no errors"


def ends_by_timeout(call) -> None:
  with pytest.raises(grpc.RpcError, match="statement timeout") as caught:
    call()
  assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.fixture(scope="module")
def limited(start_module):
  return start_module("--statement-timeout-seconds", "0.5")


@pytest.fixture
def client(limited):
  with RawClient(limited.address) as opened:
    yield opened


def test_queries_and_updates(client):
  ends_by_timeout(lambda: client.query(ENDLESS))
  ends_by_timeout(lambda: client.update(Command.update(f"CREATE TABLE t AS {ENDLESS}")))
  handle = client.prepare(ENDLESS).handle
  (ticket,) = client.flight_info(Command.prepared_query(handle)).tickets
  ends_by_timeout(lambda: client.messages(ticket))
  assert client.rows("SELECT 42") == [(42,)]


def pausing(command: bytes) -> Iterator[bytes]:
  """Half of an ingestion's rows, and the rest when it is too late."""
  batch = pa.record_batch({"a": range(100_000)})
  schema, part = ipc_messages(batch.schema, [batch])
  for count, sent in enumerate(flight_messages(command, [schema] + [part] * 12)):
    if count == 8:
      time.sleep(0.8)
    yield sent


@pytest.mark.parametrize("kind", ["INSERT", "ingestion"])
def test_a_write_that_is_stopped_is_never_committed_in_part(client, name, kind: str):
  client.update(Command.update(f"CREATE TABLE {name} (a BIGINT)"))
  texts = "SELECT md5(md5(md5(i::VARCHAR))) AS s FROM range(30000000) AS r(i)"
  for _ in range(8):
    transaction = client.begin()
    if kind == "INSERT":
      insert = Command.update(f"INSERT INTO {name} SELECT length(s) FROM ({texts})", transaction)
      ends_by_timeout(lambda: client.update(insert))
    else:
      into = Command.ingest(name, if_exists=APPEND, transaction=transaction)
      ends_by_timeout(lambda: list(client.call("DoPut", pausing(into))))
    with pytest.raises(grpc.RpcError) as caught:
      client.commit(transaction)
    assert caught.value.code() == grpc.StatusCode.ABORTED
    assert client.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_a_slow_reader_is_not_at_fault(client):
  """Only the time in which DuckDB works counts."""
  sql = "SELECT i, repeat('x', 100) AS s FROM range(1500000) AS r(i)"
  (ticket,) = client.flight_info(Command.query(sql)).tickets
  stream = client.stream(ticket)
  next(stream)
  ends_by_timeout(lambda: client.query(ENDLESS))
  ends_by_timeout(lambda: client.query(ENDLESS))
  assert sum(len(part) for part in stream) > 150_000_000


def test_the_session_option_goes_before_the_setting(client, server):
  set_timeout(client, "0")
  entry = message((1, message((1, "statement_timeout"), (2, message((1, "-1"))))))
  assert client.action("SetSessionOptions", entry) != [b""]
  assert client.rows("SELECT sum(hash(i) % 7) IS NULL FROM range(300000000) AS r(i)") == [(False,)]
  with RawClient(server.address) as unlimited:
    set_timeout(unlimited, "0.2")
    ends_by_timeout(lambda: unlimited.query(ENDLESS))
    assert unlimited.rows("SELECT 42") == [(42,)]


def test_a_clients_own_deadline(raw):
  with pytest.raises(grpc.RpcError) as caught:
    (ticket,) = raw.flight_info(Command.query(ENDLESS)).tickets
    list(raw.stream(ticket, timeout=0.3))
  assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
  assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("value", ["-1", "x", "1e300"])
def test_values_that_are_no_timeout(value):
  ended = run_to_end("serve", "--port", "0", "--statement-timeout-seconds", value)
  assert ended.returncode != 0
  assert "--statement-timeout-seconds" in ended.stderr
