"""Every limit by its setting: what goes beyond it is refused by name, and nothing else suffers."""

from __future__ import annotations

import base64
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import grpc
import pytest

from support.flightsql import Command, RawClient, descriptor
from support.server import Server, eventually, run_to_end

EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) AS r(i)"
MANY_ROWS = "SELECT i, repeat('x', 1000) AS s FROM range(10000000) AS r(i)"


@contextmanager
def refused(setting: str, code: grpc.StatusCode = EXHAUSTED):
  """What is inside ends with this status, and its message names the setting."""
  with pytest.raises(grpc.RpcError) as caught:
    yield
  assert (caught.value.code(), setting in caught.value.details()) == (code, True), caught.value


def works(server: Server) -> None:
  """Another client is served as if nothing were."""
  with RawClient(server.address) as other:
    assert other.rows("SELECT 42") == [(42,)]


class Occupied:
  """Clients whose statements hold a worker each, for as long as the block lasts."""

  def __init__(self, server: Server, count: int):
    self.server, self.count = server, count

  def __enter__(self):
    self.stack = ExitStack()
    self.calls = []
    for _ in range(self.count):
      client = self.stack.enter_context(RawClient(self.server.address))
      (ticket,) = client.flight_info(Command.query(ENDLESS)).tickets
      call = client.stream(ticket, timeout=None)
      self.calls.append(call)
    return self

  def __exit__(self, *_):
    for call in self.calls:
      call.cancel()
    self.stack.close()


# MARK: Connections and messages


def test_connections(start):
  own = start("--max-connections", "2")
  with RawClient(own.address) as first, RawClient(own.address) as second:
    assert first.rows("SELECT 42") == second.rows("SELECT 42") == [(42,)]
    with socket.create_connection((own.host, own.port)) as third:
      third.settimeout(10)
      received = b""
      while part := third.recv(4096):
        received += part
    assert b"--max-connections" in received
    error = failure(own)
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert "--max-connections" in error.details()
    assert first.rows("SELECT 42") == [(42,)]
  assert eventually(lambda: not failure(own)), "there is room again"


def test_connections_of_strangers_make_room(start):
  """Who says nothing, or doesn't log in, keeps nobody out; who has logged in stays."""
  own = start("--max-connections", "3", "--username", "ada", "--password", "secret")

  def stranger() -> socket.socket:
    opened = stack.enter_context(socket.create_connection((own.host, own.port)))
    opened.settimeout(20)
    opened.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    assert opened.recv(9), "the server's settings"
    return opened

  with ExitStack() as stack:
    first, *_ = [stranger() for _ in range(3)]
    client = stack.enter_context(RawClient(own.address))
    client.metadata = [("authorization", "Basic " + base64.b64encode(b"ada:secret").decode())]
    assert client.rows("SELECT 42") == [(42,)]
    while first.recv(4096):
      pass
    for _ in range(5):
      stranger()
    assert client.rows("SELECT 42") == [(42,)]


def failure(server: Server) -> grpc.RpcError | None:
  try:
    return works(server)
  except grpc.RpcError as error:
    return error


def test_streams_of_a_connection(start):
  """A client holds back what goes beyond: it waits, and a connection of its own doesn't."""
  own = start("--max-streams", "2")
  with RawClient(own.address) as client:
    tickets = [client.flight_info(Command.query(MANY_ROWS)).tickets[0] for _ in range(2)]
    streams = [client.stream(ticket, timeout=None) for ticket in tickets]
    for stream in streams:
      next(stream)
    waiting = client.methods["GetFlightInfo"].future(descriptor(Command.query("SELECT 1")))
    works(own)
    assert not waiting.done()
    streams[0].cancel()
    assert waiting.result(30)
    assert next(streams[1]), "the other goes on"
    streams[1].cancel()


def test_messages(start):
  own = start("--max-message-bytes", "64KiB")
  with RawClient(own.address) as client:
    with refused("--max-message-bytes"):
      client.query(f"SELECT '{'x' * 70_000}' AS s")
    assert client.rows("SELECT 42") == [(42,)]
    assert len(client.rows(f"SELECT '{'x' * 60_000}' AS s")[0][0]) == 60_000
  works(own)


# MARK: Sessions


def separate(server: Server, count: int) -> list[RawClient]:
  clients = [RawClient(server.address) for _ in range(count)]
  for client in clients:
    client.flight_info(Command.query("SELECT 1"))
  return clients


@pytest.mark.parametrize("setting", ["--max-sessions", "--max-sessions-per-principal"])
def test_sessions(start, setting):
  own = start(setting, "3")
  clients = separate(own, 3)
  with RawClient(own.address) as late:
    with refused(setting):
      late.query("SELECT 1")
    with refused(setting):
      late.query("SELECT 1")
    assert [client.rows("SELECT 42") for client in clients] == [[(42,)]] * 3
    clients[0].action("CloseSession")
    assert late.rows("SELECT 42") == [(42,)], "there is room for one again"
  for client in clients:
    client.close()
  # Those that were refused before are no less gone with their connections than others.
  assert eventually(lambda: not [failure(own) for _ in range(3)][-1])


# MARK: Statements


def test_statements_of_a_principal(start):
  own = start("--max-statements-per-principal", "2", "--log-format", "json")
  with RawClient(own.address) as client:
    tickets = [client.flight_info(Command.query(MANY_ROWS)).tickets[0] for _ in range(2)]
    streams = [client.stream(ticket, timeout=None) for ticket in tickets]
    for stream in streams:
      next(stream)
    with refused("--max-statements-per-principal"):
      client.query("SELECT 1")
    with refused("--max-statements-per-principal"):
      client.update(Command.update("CREATE TABLE t (a INTEGER)"))
    assert next(streams[0]) and next(streams[1])
    streams[0].cancel()
    assert eventually(lambda: not failure(own))
    streams[1].cancel()


def test_the_queue_of_statements(start):
  own = start("--workers", "1", "--max-queued-statements", "2")
  with Occupied(own, 1), ThreadPoolExecutor(6) as pool, ExitStack() as stack:
    # More than there are places: a client that goes leaves its place to others.
    assert eventually(lambda: all(has_to_wait(own) for _ in range(3)))
    # Closed before the pool waits for the calls, which ends those that are still queued.
    clients = [stack.enter_context(RawClient(own.address)) for _ in range(6)]
    calls = [pool.submit(client.query, "SELECT 42 AS a") for client in clients]
    assert eventually(lambda: sum(call.done() for call in calls) == 4)
    for call in calls:
      if call.done():
        error = call.exception()
        assert error.code() == EXHAUSTED, error
        assert "--max-queued-statements" in error.details()
    own_call_ends(own)
  assert eventually(lambda: not failure(own))


def has_to_wait(server: Server) -> bool:
  with RawClient(server.address) as other:
    try:
      other.methods["GetFlightInfo"](descriptor(Command.query("SELECT 1")), timeout=0.5)
    except grpc.RpcError as error:
      return error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
  return False


def own_call_ends(server: Server) -> None:
  """What needs no worker is answered while all are busy."""
  with RawClient(server.address) as other:
    assert list(other.methods["ListActions"](b"", timeout=30))


def test_waiting_for_a_worker(start):
  own = start("--workers", "2", "--queue-wait-seconds", "0.3")
  with RawClient(own.address) as client:
    (ticket,) = client.flight_info(Command.query("SELECT 42")).tickets
    handle = client.prepare("SELECT 42").handle
    with Occupied(own, 2):
      assert eventually(lambda: is_refused_after_waiting(own))
      with refused("--queue-wait-seconds"):
        client.messages(ticket)
      with refused("--queue-wait-seconds"):
        client.update(Command.update("CREATE TABLE never (a INTEGER)"))
      with refused("--queue-wait-seconds"):
        client.begin()
      assert len(client.flight_info(Command.prepared_query(handle)).tickets) == 1
    assert eventually(lambda: not failure(own))
    assert client.rows("SELECT count(*) FROM duckdb_tables()") == [(0,)], "it never ran"
    assert client.rows("SELECT 42") == [(42,)]


def is_refused_after_waiting(server: Server) -> bool:
  with RawClient(server.address) as other:
    try:
      other.flight_info(Command.query("SELECT 1"))
    except grpc.RpcError as error:
      return error.code() == EXHAUSTED and "--queue-wait-seconds" in error.details()
  return False


# MARK: Results


@pytest.mark.parametrize(("setting", "value"), [("rows", "5000"), ("bytes", "40000")])
def test_results(start, setting, value):
  flag = f"--max-result-{setting}"
  own = start(flag, value)
  with RawClient(own.address) as client:
    assert client.query("FROM range(5000)").num_rows == 5_000
    with refused(flag):
      client.query("FROM range(5001)")
    with refused(flag):
      client.query(MANY_ROWS)
    handle = client.prepare(MANY_ROWS).handle
    (ticket,) = client.flight_info(Command.prepared_query(handle)).tickets
    with refused(flag):
      client.messages(ticket)
    assert client.update(Command.update("CREATE TABLE t AS FROM range(10000)")) == 0
    with refused(flag):
      client.query("INSERT INTO t FROM range(10000) RETURNING *")
    assert client.query("FROM range(5000)").num_rows == 5_000
  works(own)


def test_results_without_a_limit(start):
  own = start("--max-result-rows", "0", "--max-result-bytes", "0")
  with RawClient(own.address) as client:
    assert client.query("FROM range(3000000)").num_rows == 3_000_000


# MARK: DuckDB


def test_memory_and_spill(start):
  own = start("--memory-limit", "64MiB", "--max-spill-bytes", "1MiB", "--threads", "2")
  with RawClient(own.address) as client:
    settings = "SELECT current_setting('threads'), current_setting('memory_limit')"
    assert client.rows(settings) == [(2, "64.0 MiB")]
    with refused("--memory-limit"):
      client.query("SELECT list(i) FROM range(50000000) AS r(i)")
    big = "CREATE TABLE t AS SELECT hash(i) AS a, hash(i * 7) AS b FROM range(8000000) AS r(i)"
    with refused("--max-spill-bytes"):
      client.update(Command.update(big))
    assert client.rows("SELECT 42") == [(42,)]
  works(own)


@pytest.mark.parametrize("text", ["x", "-1", "1XB", "99999999999999TB"])
def test_sizes_that_there_are_not(text):
  ended = run_to_end("serve", "--port", "0", f"--memory-limit={text}")
  assert ended.returncode != 0
  assert "--memory-limit" in ended.stderr


def test_polled_statements_of_a_principal(start):
  own = start("--max-polled-statements-per-principal", "2")
  with RawClient(own.address) as client:
    endless = descriptor(Command.query(ENDLESS))
    for _ in range(2):
      client.call("PollFlightInfo", endless)
    with refused("--max-polled-statements-per-principal"):
      client.call("PollFlightInfo", endless)
    assert client.rows("SELECT 42") == [(42,)]
    client.action("CloseSession")
  with RawClient(own.address) as other:
    for _ in range(4):
      other.call("PollFlightInfo", descriptor(Command.query("SELECT 42 AS a")))
  works(own)


# MARK: Transactions


def test_the_age_of_a_transaction(start):
  own = start("--transaction-lifetime-seconds", "1")
  with RawClient(own.address) as client, RawClient(own.address) as other:
    client.update(Command.update("CREATE TABLE t (a INTEGER)"))
    transaction = client.begin()
    insert = Command.update("INSERT INTO t VALUES (1)", transaction)

    def is_too_old() -> bool:
      # Busy all the time: idle it is never.
      try:
        client.update(insert)
      except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.ABORTED
        assert "--transaction-lifetime-seconds" in error.details()
        return True
      return False

    assert eventually(is_too_old)
    with refused("--transaction-lifetime-seconds", grpc.StatusCode.ABORTED):
      client.commit(transaction)
    assert client.rows("SELECT count(*) FROM t") == [(0,)]
    assert other.rows("SELECT 42") == [(42,)]
    again = client.begin()
    client.update(Command.update("INSERT INTO t VALUES (2)", again))
    client.commit(again)
    assert client.rows("SELECT a FROM t") == [(2,)]


def test_the_age_of_a_transaction_that_nobody_uses(start):
  own = start("--transaction-lifetime-seconds", "0.1", "--log-level", "error")
  with RawClient(own.address) as client, RawClient(own.address) as other:
    client.update(Command.update("CREATE TABLE t AS SELECT 1 AS a"))
    transaction = client.begin()
    client.update(Command.update("UPDATE t SET a = 2", transaction))

    def can_write() -> bool:
      try:
        other.update(Command.update("UPDATE t SET a = 3"))
      except grpc.RpcError:
        return False
      return True

    # DuckDB refuses the second of two that change a row, until the first is rolled back.
    assert eventually(can_write, 30)
    with refused("--transaction-lifetime-seconds", grpc.StatusCode.ABORTED):
      client.commit(transaction)
