"""CancelFlightInfo, CancelQuery, and clients that give up."""

from __future__ import annotations

import threading

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pytest

from support import protobuf
from support.flightsql import Command, RawClient, any_message, unpack
from support.parameters import bind, rows_of
from support.protobuf import message
from support.server import eventually

ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) AS r(i)"
ENDLESS_ROWS = "SELECT i FROM range(1000000000000) AS r(i)"
# Each keeps DuckDB busy in another place.
LONG = {
  "aggregation": ENDLESS,
  "cross join": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range < b.range",
  "sort": "SELECT i FROM range(3000000000) AS r(i) ORDER BY hash(i) LIMIT 10",
  "window": "SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY hash(i)) AS s "
  "FROM range(3000000000) AS r(i))",
  "distinct": "SELECT count(DISTINCT hash(i)) FROM range(3000000000) AS r(i)",
}

CANCELLED, CANCELLING, NOT_CANCELLABLE = 1, 2, 3


def cancel(client: RawClient, info: bytes) -> int:
  (answer,) = client.action("CancelFlightInfo", message((1, info)))
  return protobuf.first(answer, 1, 0)


def cancel_query(client: RawClient, info: bytes) -> int:
  request = any_message("ActionCancelQueryRequest", message((1, info)))
  (answer,) = client.action("CancelQuery", request)
  name, content = unpack(answer)
  assert name == "ActionCancelQueryResult"
  return protobuf.first(content, 1, 0)


@pytest.fixture
def watcher(server):
  """Another client: whoever holds the FlightInfo may cancel it."""
  with RawClient(server.address) as opened:
    yield opened


def code(call) -> grpc.StatusCode:
  with pytest.raises(grpc.RpcError) as caught:
    call()
  return caught.value.code()


@pytest.mark.parametrize("how", [cancel, cancel_query])
def test_a_result_that_was_not_fetched(raw, watcher, how):
  info = raw.flight_info(Command.query(ENDLESS))
  assert how(watcher, info.content) == CANCELLED
  assert code(lambda: raw.messages(info.tickets[0])) in (
    grpc.StatusCode.CANCELLED, grpc.StatusCode.NOT_FOUND
  )
  assert raw.rows("SELECT 42") == [(42,)]


def test_a_result_of_bound_values_that_was_not_fetched_leaves_nothing_at_work(start):
  running = start("--max-statements-per-principal", "2")
  with RawClient(running.address) as raw:
    handle = raw.prepare(f"{ENDLESS_ROWS} WHERE i >= ?").handle
    bind(raw, handle, rows_of(0))
    for _ in range(4):
      info = raw.flight_info(Command.prepared_query(handle))
      assert cancel(raw, info.content) == CANCELLED
    assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("how", [cancel, cancel_query])
@pytest.mark.parametrize("kind", LONG)
def test_a_query_at_work(raw, watcher, how, kind):
  info = raw.flight_info(Command.query(LONG[kind]))
  ended = []
  reader = threading.Thread(
    target=lambda: ended.append(code(lambda: raw.messages(info.tickets[0])))
  )
  reader.start()
  assert how(watcher, info.content) in (CANCELLED, CANCELLING)
  reader.join(20)
  assert ended and ended[0] in (grpc.StatusCode.CANCELLED, grpc.StatusCode.NOT_FOUND)
  assert raw.rows("SELECT 42") == [(42,)]


def test_a_stream_that_is_being_read(raw, watcher):
  info = raw.flight_info(Command.query(ENDLESS_ROWS))
  stream = raw.stream(info.tickets[0])
  next(stream)
  assert cancel(watcher, info.content) in (CANCELLED, CANCELLING)

  def rest() -> None:
    for _ in stream:
      pass

  assert code(rest) == grpc.StatusCode.CANCELLED
  assert raw.rows("SELECT 42") == [(42,)]


def test_what_cannot_be_cancelled(raw):
  catalogs = raw.flight_info(any_message("CommandGetCatalogs"))
  assert cancel(raw, catalogs.content) == NOT_CANCELLABLE
  finished = raw.flight_info(Command.query("SELECT 42 AS a"))
  raw.messages(finished.tickets[0])
  assert code(lambda: cancel(raw, finished.content)) == grpc.StatusCode.NOT_FOUND
  unknown = any_message("TicketStatementQuery", message((1, bytes(16))))
  info = message((3, message((1, message((1, unknown))))))
  assert code(lambda: cancel(raw, info)) == grpc.StatusCode.NOT_FOUND


def test_a_cancelled_write_leaves_nothing(raw, watcher, name):
  raw.query(f"CREATE TABLE {name} (i BIGINT)")
  call = raw.methods["GetFlightInfo"].future(
    message((1, 2), (2, Command.query(f"INSERT INTO {name} {ENDLESS_ROWS}")))
  )
  call.cancel()
  assert eventually(lambda: watcher.rows(f"SELECT count(*) FROM {name}") == [(0,)])
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_memory_is_free_after_cancelling(start):
  running = start()
  with RawClient(running.address) as raw, RawClient(running.address) as watcher:
    raw.rows("SELECT 42")
    before = running.resident_mib()
    sql = "SELECT hash(i) AS h, count(*) AS n FROM range(3000000000) AS r(i) GROUP BY h"
    info = raw.flight_info(Command.query(sql))
    reader = threading.Thread(target=lambda: code(lambda: raw.messages(info.tickets[0])))
    reader.start()
    assert eventually(lambda: running.resident_mib() > before + 300, 30), "it takes memory"
    cancel(watcher, info.content)
    reader.join(20)
    assert not reader.is_alive()
    used = "SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()"
    assert eventually(lambda: watcher.rows(used)[0][0] < 10 << 20), "and gives it back"


def test_adbc(server):
  with adbc.connect(server.uri, autocommit=True) as connection, connection.cursor() as cursor:
    timer = threading.Timer(0.3, cursor.adbc_cancel)
    timer.start()
    with pytest.raises(adbc.Error):
      cursor.execute(ENDLESS)
      cursor.fetchall()
    timer.join()
    cursor.execute("SELECT 42")
    assert cursor.fetchone() == (42,)
