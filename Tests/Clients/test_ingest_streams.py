"""CommandStatementIngest: how much, in which pieces, and in which broken ones."""

from __future__ import annotations

import queue
import random

import grpc
import pyarrow as pa
import pyarrow.flight as flight
import pytest

from support.flightsql import Command, RawClient, descriptor, read_table
from support.ingestion import (
  REPLACE, ROWS, content, exists, flight_messages, ingest, ipc_messages, refusal,
)
from support.protobuf import message
from support.server import eventually

Status = grpc.StatusCode


# How much, and in which pieces


def test_no_batch_creates_the_table(raw, name):
  assert ingest(raw, Command.ingest(name), ROWS.schema.empty_table()) == 0
  assert exists(raw, name)
  assert ingest(raw, Command.ingest(name, if_exists=REPLACE), ROWS) == 3
  assert ingest(raw, Command.ingest(name, if_exists=REPLACE), ROWS.schema.empty_table()) == 0
  assert content(raw, name) == []


def test_no_schema_is_an_error(raw, name):
  status, text = refusal(raw, message((1, descriptor(Command.ingest(name)))))
  assert status == Status.INVALID_ARGUMENT and "schema" in text


def test_a_command_in_a_message_of_its_own(raw, name):
  parts = ipc_messages(ROWS.schema, ROWS.to_batches())
  alone = message((1, descriptor(Command.ingest(name))))
  raw.put(alone, *(message((2, header), (1000, body)) for header, body in parts))
  assert content(raw, name) == list(zip(*ROWS.to_pydict().values()))


@pytest.mark.parametrize("batch_rows", [1, 7, 2047, 2048, 2049, 5000])
def test_batches_of_any_size_keep_their_order(raw, name, batch_rows: int):
  count = 5000
  rows = pa.table({
    "i": range(count),
    "s": [None if i % 7 == 3 else "x" * (i % 40) + str(i) for i in range(count)],
    "l": [None if i % 5 == 0 else list(range(i % 4)) for i in range(count)],
  })
  batches = rows.to_batches(max_chunksize=batch_rows)
  assert ingest(raw, Command.ingest(name), pa.Table.from_batches(batches)) == count
  assert raw.query(f"FROM {name}").to_pylist() == rows.to_pylist()


def test_memory_stays_bounded(start):
  """A table of hundreds of megabytes of the client's, thrown away by DuckDB as it comes."""
  server = start("--init-sql", "SET memory_limit = '300MB'")
  batch = pa.record_batch({"s": [f"{i} " + "x" * 1000 for i in range(4000)]})
  asked = flight.FlightDescriptor.for_command(Command.ingest("big"))
  with flight.connect(server.uri) as client:
    before = server.resident_mib()
    writer, reader = client.do_put(asked, batch.schema)
    with writer:
      for _ in range(250):
        writer.write_batch(batch)
      writer.done_writing()
      assert reader.read().to_pybytes() == message((1, 1_000_000))
    assert server.peak_resident_mib() - before < 500
    found = read_table(client, "SELECT count(*) AS n, count(DISTINCT s) AS d FROM big")
    assert found.to_pylist() == [{"n": 1_000_000, "d": 4000}]


def test_a_client_is_held_back_while_its_rows_wait(start):
  """Far more than may wait is only sent when an ingestion in front has ended."""
  server = start("--workers", "2")
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  (schema, first, *_) = ipc_messages(batch.schema, [batch])
  with RawClient(server.address) as held, RawClient(server.address) as waiting:
    feed: queue.Queue = queue.Queue()
    for content in flight_messages(Command.ingest("front"), [schema] + [first] * 12):
      feed.put(content)
    front = held.call("DoPut", iter(feed.get, None))
    assert eventually(lambda: feed.empty())
    sent = 0

    def endless():
      nonlocal sent
      for content in flight_messages(Command.ingest("behind"), [schema] + [first] * 200):
        sent += 1
        yield content

    behind = waiting.call("DoPut", endless())
    with RawClient(server.address) as other:
      for _ in range(20):
        assert other.rows("SELECT 1") == [(1,)]
      assert sent < 100
      feed.put(None)
      assert len(list(front)) == 1
      assert len(list(behind)) == 1
      assert other.rows("SELECT count(*) FROM behind") == [(200_000,)]


def test_slow_uploads_leave_workers_for_queries(start):
  server = start("--workers", "4")
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  (schema, part) = ipc_messages(batch.schema, [batch])
  feeds, answers, clients = [], [], []
  for number in range(8):
    feed: queue.Queue = queue.Queue()
    for piece in flight_messages(Command.ingest(f"t{number}"), [schema] + [part] * 8):
      feed.put(piece)
    clients.append(RawClient(server.address))
    answers.append(clients[-1].call("DoPut", iter(feed.get, None)))
    feeds.append(feed)
  with RawClient(server.address) as other:
    for _ in range(5):
      assert other.rows("SELECT sum(i) FROM range(100000) AS r(i)") == [(4_999_950_000,)]
    for feed in feeds:
      feed.put(None)
    for answer in answers:
      assert len(list(answer)) == 1
    assert other.rows("SELECT sum(estimated_size) FROM duckdb_tables()") == [(64_000,)]
  for one in clients:
    one.close()


# Hostile messages


def test_bodies_that_are_cut_off_or_changed(raw, name):
  """Each is refused or inserts some rows; the server lives, and a refusal leaves nothing."""
  count = 300
  rows = pa.table({
    "s": [f"text {i}" * (i % 5) for i in range(count)],
    "l": [list(range(i % 5)) for i in range(count)],
    "d": pa.array([f"v{i % 9}" for i in range(count)]).dictionary_encode(),
    "v": pa.array([f"a view {i} of more than twelve" for i in range(count)], pa.string_view()),
    "m": pa.array([[(i, "x")] for i in range(count)], pa.map_(pa.int32(), pa.string())),
  })
  parts = ipc_messages(rows.schema, rows.to_batches())
  generator = random.Random(7)
  refused = 0
  for number in range(300):
    index = generator.randrange(1, len(parts))
    header, body = (bytearray(part) for part in parts[index])
    if number % 3 == 0:
      del body[generator.randrange(len(body)):]
    else:
      target = body if number % 3 == 1 else header
      for _ in range(generator.randrange(1, 4)):
        target[generator.randrange(len(target))] ^= 1 << generator.randrange(8)
    changed = [*parts[:index], (bytes(header), bytes(body)), *parts[index + 1:]]
    table = f"{name}_{number}"
    try:
      raw.put(*flight_messages(Command.ingest(table), changed))
    except grpc.RpcError as error:
      refused += 1
      assert error.code() in (
        Status.INVALID_ARGUMENT, Status.UNIMPLEMENTED, Status.RESOURCE_EXHAUSTED
      ), error.details()
      assert not exists(raw, table)
  assert refused > 50


def test_small_messages_that_would_take_much_memory(start):
  """A list that names the same elements over and over, and nulls that take no bytes."""
  server = start()
  element_count = 1 << 20
  views = pa.ListViewArray.from_arrays(
    pa.array([0] * 5000, pa.int32()), pa.array([element_count] * 5000, pa.int32()),
    pa.nulls(element_count),
  )
  one_row = pa.ListArray.from_arrays(pa.array([0, 1 << 30], pa.int32()), pa.nulls(1 << 30))
  with RawClient(server.address) as raw:
    before = server.resident_mib()
    schema = pa.schema([("l", one_row.type)])
    parts = ipc_messages(schema, [pa.record_batch([one_row], schema=schema)])
    status, text = refusal(raw, *flight_messages(Command.ingest("t"), parts))
    assert status == Status.RESOURCE_EXHAUSTED and "limit" in text
    head = pa.table({"l": views.slice(0, 50)})
    assert ingest(raw, Command.ingest("t"), head) == 50
    assert server.peak_resident_mib() - before < 800


def test_the_function_that_ingestions_read_from_serves_nobody_else(raw):
  with pytest.raises(grpc.RpcError) as error:
    raw.rows("SELECT * FROM lakehouse_rows('1')")
  assert error.value.code() == Status.INVALID_ARGUMENT
