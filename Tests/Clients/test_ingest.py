"""CommandStatementIngest: where rows go, what becomes of the table, and that it is all or nothing."""

from __future__ import annotations

import queue
import random
import threading

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pyarrow.flight as flight
import pytest

from support.flightsql import Command, RawClient, descriptor, read_table
from support.ingestion import (
  APPEND, CREATE, FAIL, FAIL_IF_MISSING, REPLACE, flight_messages, ingest, ingest_refusal,
  ipc_messages, refusal,
)
from support.protobuf import message
from support.server import ROOT, eventually

Status = grpc.StatusCode
ROWS = pa.table({"i": [1, 2, None], "s": ["one", None, "three, and more than twelve bytes"]})
DUCKLAKE = sorted((ROOT / ".deps" / "extensions").glob("**/ducklake.duckdb_extension"))


def content(raw: RawClient, table: str) -> list[tuple]:
  return raw.rows(f"SELECT * FROM {table}")


def exists(raw: RawClient, table: str) -> bool:
  sql = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{table}'"
  return raw.rows(sql) == [(1,)]


# The table


@pytest.mark.parametrize("if_not_exist", [CREATE, FAIL_IF_MISSING])
@pytest.mark.parametrize("if_exists", [FAIL, APPEND, REPLACE])
@pytest.mark.parametrize("is_there", [False, True])
def test_table_options(raw, name, if_not_exist: int, if_exists: int, is_there: bool):
  old = [(7, "old")]
  if is_there:
    raw.update(Command.update(f"CREATE TABLE {name} AS SELECT 7::BIGINT AS i, 'old' AS s"))
  asked = Command.ingest(name, if_not_exist=if_not_exist, if_exists=if_exists)
  rows = list(zip(*ROWS.to_pydict().values()))
  if not is_there and if_not_exist == FAIL_IF_MISSING:
    status, text = ingest_refusal(raw, asked, ROWS)
    assert status == Status.NOT_FOUND and name in text
    assert not exists(raw, name)
  elif is_there and if_exists == FAIL:
    status, text = ingest_refusal(raw, asked, ROWS)
    assert status == Status.ALREADY_EXISTS and name in text
    assert content(raw, name) == old
  else:
    assert ingest(raw, asked, ROWS) == 3
    kept = old if is_there and if_exists == APPEND else []
    assert content(raw, name) == kept + rows


@pytest.mark.parametrize("field", ["if_not_exist", "if_exists"])
@pytest.mark.parametrize("value", [0, 9])
def test_a_table_option_that_says_nothing_is_refused(raw, name, field: str, value: int):
  status, text = ingest_refusal(raw, Command.ingest(name, **{field: value}), ROWS)
  assert status == Status.INVALID_ARGUMENT and field in text
  assert not exists(raw, name)


@pytest.mark.parametrize(
  ("settings", "status"),
  [
    ({"table": ""}, Status.INVALID_ARGUMENT),
    ({"options": {"speed": "11"}}, Status.INVALID_ARGUMENT),
    ({"transaction": b"x"}, Status.NOT_FOUND),
    ({"schema": "nowhere"}, Status.NOT_FOUND),
    ({"catalog": "nowhere"}, Status.NOT_FOUND),
    ({"temporary": True, "catalog": "memory"}, Status.INVALID_ARGUMENT),
    ({"table": "a\0b"}, Status.INVALID_ARGUMENT),
  ],
)
def test_other_commands_that_are_refused(raw, name, settings: dict, status: grpc.StatusCode):
  found, text = ingest_refusal(raw, Command.ingest(**{"table": name} | settings), ROWS)
  assert found == status, text
  assert not exists(raw, name)


def test_a_view_is_not_replaced(raw, name):
  raw.update(Command.update(f"CREATE VIEW {name} AS SELECT 1 AS i"))
  for if_exists in (FAIL, APPEND, REPLACE):
    status, text = ingest_refusal(raw, Command.ingest(name, if_exists=if_exists), ROWS)
    assert status in (Status.INVALID_ARGUMENT, Status.ALREADY_EXISTS) and name in text
  assert content(raw, name) == [(1,)]


@pytest.mark.parametrize("table", ['with "quotes"', "Ünïcode ☃", "file.csv", "select", "a;b--c"])
def test_any_name_of_table_and_columns(raw, name, table: str):
  table = f"{table} {name}"
  rows = pa.table({table: [1], 'c"d': ["x"], "select": [None]})
  assert ingest(raw, Command.ingest(table), rows) == 1
  quoted = '"' + table.replace('"', '""') + '"'
  found = raw.query(f"SELECT * FROM {quoted}")
  assert found.schema.names == rows.schema.names
  assert found.to_pylist() == rows.to_pylist()


def test_schema_and_catalog(raw, name):
  raw.update(Command.update(f"CREATE SCHEMA s_{name}; ATTACH ':memory:' AS c_{name}"))
  assert ingest(raw, Command.ingest(name, schema=f"s_{name}"), ROWS) == 3
  assert ingest(raw, Command.ingest(name, catalog=f"c_{name}"), ROWS) == 3
  assert ingest(raw, Command.ingest(name, catalog="memory", schema="main"), ROWS) == 3
  for path in (f"memory.s_{name}", f"c_{name}.main", "memory.main"):
    assert raw.rows(f"SELECT count(*) FROM {path}.{name}") == [(3,)]


def test_an_unset_schema_is_the_sessions_current_one(server, name):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    cursor.execute(f"CREATE SCHEMA s_{name}")
    cursor.execute(f"USE s_{name}")
    assert cursor.adbc_ingest(name, ROWS) == 3
    cursor.execute(f"SELECT count(*) FROM memory.s_{name}.{name}")
    assert cursor.fetchall() == [(3,)]


def test_a_temporary_table_is_the_sessions_own(server, raw, name):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    assert cursor.adbc_ingest(name, ROWS, temporary=True) == 3
    assert cursor.adbc_ingest(name, ROWS.slice(0, 1)) == 1
    assert cursor.adbc_ingest(name, ROWS, mode="append", temporary=True) == 3
    counts = f"SELECT (SELECT count(*) FROM temp.{name}), (SELECT count(*) FROM memory.main.{name})"
    cursor.execute(counts)
    assert cursor.fetchall() == [(6, 1)]
    assert raw.rows(f"SELECT count(*) FROM {name}") == [(1,)]


@pytest.mark.parametrize("mode", ["create", "append", "replace", "create_append"])
def test_adbc_modes(cursor, name, mode: str):
  if mode != "create":
    cursor.execute(f"CREATE TABLE {name} (i BIGINT, s VARCHAR)")
  assert cursor.adbc_ingest(name, ROWS, mode=mode) == 3
  cursor.execute(f"SELECT * FROM {name}")
  assert cursor.fetch_arrow_table().to_pylist() == ROWS.to_pylist()


def test_pyarrow_flight(client, name):
  asked = flight.FlightDescriptor.for_command(Command.ingest(name))
  writer, reader = client.do_put(asked, ROWS.schema)
  with writer:
    writer.write_table(ROWS)
    writer.done_writing()
    assert reader.read().to_pybytes() == message((1, 3))
  assert read_table(client, f"FROM {name}").to_pylist() == ROWS.to_pylist()


# Columns


def test_columns_are_matched_by_name_and_missing_ones_get_their_default(raw, name):
  raw.update(
    Command.update(
      f"CREATE TABLE {name} (a INTEGER DEFAULT 42, B VARCHAR, c DECIMAL(5, 1), d DATE)"
    )
  )
  rows = pa.table({"C": [1.26], "b": ["x"], "D": ["2024-02-29"]})
  assert ingest(raw, Command.ingest(name, if_exists=APPEND), rows) == 1
  assert raw.rows(f"SELECT a, B, c::VARCHAR, d::VARCHAR FROM {name}") == [
    (42, "x", "1.3", "2024-02-29")
  ]


def test_unknown_columns_are_named(raw, name):
  raw.update(Command.update(f"CREATE TABLE {name} (i BIGINT)"))
  rows = pa.table({"i": [1], "more": [2], 'm"st': [3]})
  status, text = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), rows)
  assert status == Status.INVALID_ARGUMENT
  assert '"more", "m""st"' in text and '"i"' not in text
  assert content(raw, name) == []


@pytest.mark.parametrize(
  ("schema", "status", "words"),
  [
    (pa.schema([]), Status.INVALID_ARGUMENT, "no columns"),
    (
      pa.schema([("a", pa.int8()), ("A", pa.int8())]), Status.INVALID_ARGUMENT, '"A"'
    ),
    (pa.schema([("a", pa.struct([]))]), Status.UNIMPLEMENTED, '"a"'),
    (pa.schema([("a", pa.decimal256(60, 2))]), Status.UNIMPLEMENTED, "DECIMAL(60,2)"),
    (pa.schema([("a", pa.decimal128(10, -2))]), Status.UNIMPLEMENTED, "DECIMAL(10,-2)"),
    (
      pa.schema([("a", pa.struct([("x", pa.int8()), ("X", pa.int8())]))]), Status.UNIMPLEMENTED,
      '"X"',
    ),
  ],
)
def test_schemas_that_no_table_can_have(raw, name, schema, status, words: str):
  found, text = refusal(raw, *flight_messages(Command.ingest(name), ipc_messages(schema, [])))
  assert found == status and words in text
  assert not exists(raw, name)


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
    for content in flight_messages(Command.ingest(f"t{number}"), [schema] + [part] * 8):
      feed.put(content)
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


# All or nothing


def test_a_constraint_violation_leaves_nothing(raw, name):
  raw.update(Command.update(f"CREATE TABLE {name} (i BIGINT PRIMARY KEY, s VARCHAR)"))
  rows = pa.table({"i": [*range(100_000), 5], "s": ["x"] * 100_001})
  status, text = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), rows)
  assert status in (Status.ALREADY_EXISTS, Status.INVALID_ARGUMENT) and "onstraint" in text
  assert content(raw, name) == []
  assert ingest(raw, Command.ingest(name, if_exists=APPEND), rows.slice(0, 10)) == 10


def test_a_value_that_does_not_fit_leaves_the_old_table(raw, name):
  raw.update(Command.update(f"CREATE TABLE {name} (i TINYINT)"))
  rows = pa.table({"i": [1, 2, 300]})
  status, _ = ingest_refusal(raw, Command.ingest(name, if_exists=APPEND), rows)
  assert status == Status.INVALID_ARGUMENT
  assert content(raw, name) == []


@pytest.mark.parametrize("if_exists", [FAIL, REPLACE])
@pytest.mark.parametrize("batches", [1, 12])
def test_a_client_that_cancels_leaves_nothing(raw, server, name, if_exists: int, batches: int):
  """Before and after the rows are enough for DuckDB to have begun."""
  if if_exists == REPLACE:
    raw.update(Command.update(f"CREATE TABLE {name} AS SELECT 7 AS old"))
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  with RawClient(server.address) as leaving:
    feed: queue.Queue = queue.Queue()
    asked = Command.ingest(name, if_exists=if_exists)
    for one in flight_messages(asked, [schema] + [part] * batches):
      feed.put(one)
    call = leaving.call("DoPut", iter(feed.get, None))
    assert eventually(feed.empty)
    call.cancel()
    feed.put(None)
  if if_exists == REPLACE:
    assert raw.rows(f"FROM {name}") == [(7,)]
  # Its place in the line is free again, and the table's name.
  assert ingest(raw, Command.ingest(name, if_exists=REPLACE), ROWS) == 3
  assert len(content(raw, name)) == 3


def test_a_connection_that_breaks_leaves_nothing(raw, server, name):
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  broken = RawClient(server.address)
  feed: queue.Queue = queue.Queue()
  for one in flight_messages(Command.ingest(name), [schema] + [part] * 12):
    feed.put(one)
  call = broken.call("DoPut", iter(feed.get, None))
  assert eventually(feed.empty) and call.is_active()
  broken.close()
  feed.put(None)
  assert ingest(raw, Command.ingest(name, if_exists=REPLACE), ROWS) == 3
  assert len(content(raw, name)) == 3


def test_the_server_ends_while_clients_upload(start):
  """No upload keeps it from ending; the fixture checks that it ends well."""
  server = start("--shutdown-grace-seconds", "1")
  batch = pa.record_batch({"s": ["x" * 1000] * 1000})
  schema, part = ipc_messages(batch.schema, [batch])
  feeds = [queue.Queue() for _ in range(3)]
  clients = [RawClient(server.address) for _ in feeds]
  calls = []
  for number, (feed, one) in enumerate(zip(feeds, clients)):
    asked = Command.ingest(f"t{number}")
    for content_ in flight_messages(asked, [schema] + [part] * (1 if number == 0 else 8)):
      feed.put(content_)
    calls.append(one.call("DoPut", iter(feed.get, None)))
  assert eventually(lambda: all(feed.empty() for feed in feeds))
  assert server.stop() == 0
  for feed, one in zip(feeds, clients):
    feed.put(None)
    one.close()


def test_an_ingestion_joins_the_sessions_transaction(server, raw, name):
  with adbc.connect(server.uri, autocommit=True) as connection:

    def run(sql: str) -> None:
      # A statement of ADBC's takes no SQL once it has ingested.
      with connection.cursor() as cursor:
        cursor.executescript(sql)

    for end, kept in [("ROLLBACK", False), ("COMMIT", True)]:
      run("BEGIN")
      with connection.cursor() as cursor:
        assert cursor.adbc_ingest(name, ROWS) == 3
        assert cursor.adbc_ingest(name, ROWS, mode="append") == 3
      assert not exists(raw, name)
      run(end)
      assert exists(raw, name) == kept
    assert raw.rows(f"SELECT count(*) FROM {name}") == [(6,)]


def test_ingestions_at_once(server, name):
  """Into one table and into tables of their own."""
  rows = pa.table({"i": range(50_000)})

  def upload(number: int) -> None:
    with RawClient(server.address) as one:
      ingest(one, Command.ingest(f"{name}_all", if_exists=APPEND), rows)
      ingest(one, Command.ingest(f"{name}_{number}"), rows)

  with RawClient(server.address) as one:
    ingest(one, Command.ingest(f"{name}_all"), rows.slice(0, 0))
    threads = [threading.Thread(target=upload, args=[number]) for number in range(8)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()
    assert one.rows(f"SELECT count(*), sum(i) FROM {name}_all") == [
      (400_000, 8 * sum(range(50_000)))
    ]
    for number in range(8):
      assert one.rows(f"SELECT count(*) FROM {name}_{number}") == [(50_000,)]


@pytest.mark.skipif(not DUCKLAKE, reason="no DuckLake extension in .deps")
def test_an_ingestion_is_one_snapshot_of_a_lake(start, tmp_path):
  server = start()
  with RawClient(server.address) as raw:
    raw.update(
      Command.update(
        f"LOAD ducklake; ATTACH 'ducklake:{tmp_path}/meta.db' AS lake (DATA_PATH '{tmp_path}/data')"
      )
    )
    rows = pa.table({"i": range(300_000), "s": [str(i) for i in range(300_000)]})
    before = raw.rows("SELECT max(snapshot_id) FROM lake.snapshots()")[0][0]
    assert ingest(raw, Command.ingest("t", catalog="lake"), rows.slice(0, 100_000)) == 100_000
    assert ingest(raw, Command.ingest("t", catalog="lake", if_exists=APPEND), rows) == 300_000
    assert ingest(raw, Command.ingest("t", catalog="lake", if_exists=REPLACE), rows) == 300_000
    after = raw.rows("SELECT max(snapshot_id) FROM lake.snapshots()")[0][0]
    assert after - before == 3
    assert raw.rows("SELECT count(*), sum(i), count(DISTINCT s) FROM lake.t") == [
      (300_000, sum(range(300_000)), 300_000)
    ]


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
