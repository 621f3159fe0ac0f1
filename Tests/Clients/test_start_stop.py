"""How the server starts, what it takes, and how it ends."""

from __future__ import annotations

import concurrent.futures
import fcntl
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import duckdb
import grpc
import hpack
import hyperframe.frame as frames
import pyarrow.flight as flight
import pytest

from support.flightsql import Command, RawClient, open_query
from support.server import (
  READY_LINE, Server, binary_path, clean_environment, eventually, run_to_end,
)

ENDLESS = "SELECT count(*) FROM range(1000000000000) AS a(i)"
SIGNALS = [signal.SIGTERM, signal.SIGINT]


def free_port() -> int:
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


def accepts(port: int) -> bool:
  try:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
  except OSError:
    return False
  return True


def answer(server: Server, sql: str = "SELECT 42") -> list[tuple]:
  with RawClient(server.address) as raw:
    return raw.rows(sql)


def send_until_it_ends(server: Server, number: signal.Signals) -> None:
  """Sends the signal again and again: what comes right after the first one is the same order."""
  def is_over() -> bool:
    server.send(number)
    return server.process.poll() is not None
  assert eventually(is_over, timeout_seconds=5)


class Running:
  """A statement at work in a thread of its own; `outcome` is its rows or its error."""

  def __init__(self, server: Server, sql: str):
    self.outcome = None
    self.server = server
    self.raw = RawClient(server.address)
    self.ticket = self.raw.flight_info(Command.query(sql)).tickets[0]
    self.used_before = server.cpu_seconds()
    self.thread = threading.Thread(target=self.run)
    self.thread.start()

  def run(self) -> None:
    try:
      self.outcome = self.raw.messages(self.ticket)
    except grpc.RpcError as error:
      self.outcome = error

  def is_at_work(self) -> bool:
    return self.server.cpu_seconds() > self.used_before + 0.1

  def join(self):
    self.thread.join(20)
    assert not self.thread.is_alive()
    self.raw.close()
    return self.outcome


def test_the_start_line_names_address_and_versions(start):
  own = start()
  assert READY_LINE.match(own.start_line)
  assert own.duckdb_version == "v1.5.5"
  assert own.database == ":memory:"
  assert run_to_end("--version").stdout.strip() in (own.version, f"lakehouse {own.version}")
  assert answer(own, "SELECT version()") == [("v1.5.5",)]


def test_nothing_but_the_start_line_is_on_standard_output(start):
  own = start()
  answer(own)
  own.stop()
  assert own.process.stdout.read() == b""


def test_a_chosen_port(start):
  port = free_port()
  assert start(port=port).port == port


def test_it_answers_as_soon_as_its_port_is_open(start):
  """Initial statements that take a while: no client meets a server that isn't ready."""
  port = free_port()
  slow_start = (
    "CREATE TABLE slow AS SELECT sum(hash(i) % 10)::BIGINT AS s FROM range(60000000) AS r(i)"
  )
  with concurrent.futures.ThreadPoolExecutor(1) as pool:
    starting = pool.submit(start, "--init-sql", slow_start, port=port)
    assert eventually(lambda: accepts(port), timeout_seconds=30, interval_seconds=0.005)
    with RawClient(f"127.0.0.1:{port}") as raw:
      assert raw.rows("SELECT count(*) FROM slow") == [(1,)]
    starting.result()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_it(start, number: signal.Signals):
  own = start()
  answer(own)
  own.send(number)
  assert own.wait(5) == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_running_statement_is_finished_and_no_new_one_taken(start, number: signal.Signals):
  own = start("--shutdown-grace-seconds", "60")
  row_count = 20_000_000
  with flight.connect(own.uri) as client:
    reader = open_query(client, f"SELECT i FROM range({row_count}) AS r(i)")
    received = reader.read_chunk().data.num_rows
    own.send(number)
    assert eventually(lambda: not accepts(own.port))
    assert own.process.poll() is None
    received += sum(chunk.data.num_rows for chunk in reader)
  assert received == row_count
  assert own.wait(10) == 0


def test_work_that_outlasts_the_grace_period_is_interrupted(start):
  own = start("--shutdown-grace-seconds", "1")
  statement = Running(own, ENDLESS)
  assert eventually(statement.is_at_work)
  own.send(signal.SIGTERM)
  assert own.wait(10) == 0
  outcome = statement.join()
  assert isinstance(outcome, grpc.RpcError)
  assert outcome.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def test_work_that_cannot_be_interrupted_does_not_hold_it_up(start):
  """DuckDB computes this one value for hours, and looks up at nothing meanwhile."""
  own = start("--shutdown-grace-seconds", "1")
  statement = Running(own, "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000 + i)) FROM range(1) t(i)")
  assert eventually(lambda: own.cpu_seconds() > 1)
  own.send(signal.SIGTERM)
  assert own.wait(15) == 0
  assert isinstance(statement.join(), grpc.RpcError)
  assert "can't be interrupted" in own.stderr


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_ends_it_at_once(start, number: signal.Signals):
  own = start("--shutdown-grace-seconds", "600")
  statement = Running(own, ENDLESS)
  assert eventually(statement.is_at_work)
  own.send(number)
  assert eventually(lambda: not accepts(own.port))
  assert own.process.poll() is None
  send_until_it_ends(own, number)
  assert own.wait(5) == 0
  assert isinstance(statement.join(), grpc.RpcError)


@pytest.mark.parametrize("number", SIGNALS)
def test_one_order_given_twice_is_one(start, tmp_path, number: signal.Signals):
  """As `timeout` gives it, to its child and to the child's group, and shells whose terminal is closed."""
  own = start("--shutdown-grace-seconds", "60", "--database", str(tmp_path / "kept.db"))
  row_count = 20_000_000
  with flight.connect(own.uri) as client:
    answer(own, "CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)")
    reader = open_query(client, f"SELECT i FROM range({row_count}) AS r(i)")
    received = reader.read_chunk().data.num_rows
    own.send(number)
    assert eventually(lambda: "draining" in own.stderr, interval_seconds=0.001)
    own.send(number)
    received += sum(chunk.data.num_rows for chunk in reader)
  assert received == row_count
  assert own.wait(10) == 0
  assert [file.name for file in tmp_path.iterdir()] == ["kept.db"], "no .wal is left"


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone may make a namespace of processes")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_container_ends_while_its_server_starts(tmp_path, number: signal.Signals):
  """The system keeps signals from the first process of a container that it doesn't handle."""
  os.mkfifo(secret := tmp_path / "password")
  command = [
    "unshare", "--pid", "--fork", "--kill-child", str(binary_path()), "--host", "127.0.0.1", "--port", "0",
    "--password-file", str(secret),
  ]
  with subprocess.Popen(command, env=clean_environment()) as process:
    try:
      with secret.open("w"):  # It is once the server reads it, and waits for more.
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        os.kill(int(children), number)
        assert process.wait(10) == 128 + number
    finally:
      process.kill()


def test_a_log_that_nobody_reads_does_not_hold_it_up():
  reader, writer = os.pipe()
  fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
  command = [str(binary_path()), "serve", "--host", "127.0.0.1", "--port", "0"]
  with subprocess.Popen(
    command, stdout=subprocess.PIPE, stderr=writer, text=True, env=clean_environment()
  ) as process:
    try:
      match = READY_LINE.match(process.stdout.readline().rstrip())
      with RawClient(f"{match['host']}:{match['port']}") as raw:
        # A line of some 250 bytes for each call.
        for _ in range(40):
          raw.rows("SELECT 42")
      process.send_signal(signal.SIGTERM)
      assert process.wait(15) == 0
    finally:
      process.kill()
      os.close(reader)
      os.close(writer)


@pytest.mark.parametrize("disposition", [signal.SIG_DFL, signal.SIG_IGN], ids=["kept", "nohup"])
def test_a_terminal_that_is_closed_ends_it_as_other_signals_do(disposition):
  command = [str(binary_path()), "serve", "--host", "127.0.0.1", "--port", "0"]
  with subprocess.Popen(
    command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(),
    preexec_fn=lambda: signal.signal(signal.SIGHUP, disposition),
  ) as process:
    try:
      match = READY_LINE.match(process.stdout.readline().rstrip())
      process.send_signal(signal.SIGHUP)
      if disposition == signal.SIG_IGN:
        with RawClient(f"{match['host']}:{match['port']}") as raw:
          assert raw.rows("SELECT 42") == [(42,)]
        process.send_signal(signal.SIGTERM)
      assert process.wait(15) == 0
      assert ("SIGHUP" if disposition == signal.SIG_DFL else "SIGTERM") in process.stderr.read()
    finally:
      process.kill()


def test_an_idle_client_does_not_hold_it_up(start):
  own = start("--shutdown-grace-seconds", "600")
  with RawClient(own.address) as raw:
    raw.query("SELECT 42")
    own.send(signal.SIGTERM)
    assert own.wait(5) == 0


def test_results_are_on_their_way_when_it_closes_connections(start):
  """A proxy passes on what it has when it sees the end of a connection, or doesn't: so its client ends it."""
  server = start()
  goodbyes = []
  with (
    socket.create_connection((server.host, server.port), 20) as peer,
    peer.makefile("rb") as received,
  ):

    def next_frame() -> frames.Frame:
      frame, length = frames.Frame.parse_frame_header(memoryview(received.read(9)))
      frame.parse_body(memoryview(received.read(length)))
      return frame

    call = frames.HeadersFrame(
      1, hpack.Encoder().encode(
        [
          (":method", "POST"), (":scheme", "http"), (":path", "/nosuch/Method"),
          (":authority", "localhost"), ("te", "trailers"), ("content-type", "application/grpc"),
        ]
      ),
      flags=["END_HEADERS", "END_STREAM"],
    )
    peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frames.SettingsFrame(0).serialize())
    peer.sendall(call.serialize())
    while next_frame().stream_id != 1:
      pass
    server.send(signal.SIGTERM)
    while len(goodbyes) < 2:
      match next_frame():
        case frames.GoAwayFrame() as goodbye: goodbyes.append(goodbye)
        case frames.PingFrame() as ping:
          peer.sendall(frames.PingFrame(0, ping.opaque_data, flags=["ACK"]).serialize())
    peer.settimeout(1)
    with pytest.raises(TimeoutError):
      peer.recv(1)
  assert server.wait(5) == 0


def test_connections_that_come_during_shutdown_do_not_hold_it_up(start):
  """They may be accepted and gone before the server has taken note of them."""
  own = start("--shutdown-grace-seconds", "600")
  connected = threading.Barrier(3)

  def come_and_go() -> None:
    accepts(own.port)
    connected.wait(10)
    while accepts(own.port):
      continue

  threads = [threading.Thread(target=come_and_go) for _ in range(2)]
  for thread in threads:
    thread.start()
  connected.wait(10)
  own.send(signal.SIGTERM)
  assert own.wait(10) == 0
  for thread in threads:
    thread.join()


def test_a_database_on_disk_is_checkpointed_and_found_again(start, tmp_path):
  path = tmp_path / "kept.db"
  own = start("--database", str(path))
  with RawClient(own.address) as raw:
    raw.query("CREATE TABLE t AS SELECT i FROM range(100000) AS r(i)")
    assert raw.update(Command.update("INSERT INTO t VALUES (-1)")) == 1
  assert own.stop() == 0
  assert [file.name for file in tmp_path.iterdir()] == ["kept.db"], "no .wal is left"
  with duckdb.connect(path, read_only=True) as local:
    assert local.execute("SELECT count(*), min(i) FROM t").fetchall() == [(100_001, -1)]
  assert answer(start("--database", str(path)), "SELECT count(*) FROM t") == [(100_001,)]


def test_a_database_is_whole_after_a_second_signal(start, tmp_path):
  path = tmp_path / "kept.db"
  own = start("--database", str(path), "--shutdown-grace-seconds", "600")
  answer(own, "CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)")
  statement = Running(own, ENDLESS)
  assert eventually(statement.is_at_work)
  own.send(signal.SIGTERM)
  assert eventually(lambda: not accepts(own.port))
  send_until_it_ends(own, signal.SIGTERM)
  assert own.wait(5) == 0
  statement.join()
  assert answer(start("--database", str(path)), "SELECT count(*) FROM t") == [(1000,)]


def test_what_was_committed_survives_a_crash_while_writing(tmp_path, start):
  """A hundred rows at a time, each a transaction of its own, until the process is killed."""
  path = tmp_path / "kept.db"
  crashing = Server("--database", str(path))
  confirmed = []

  def write() -> None:
    with RawClient(crashing.address) as raw:
      for turn in range(100_000):
        sql = f"INSERT INTO t SELECT {turn}, i FROM range(100) AS r(i)"
        try:
          confirmed.append(raw.update(Command.update(sql)))
        except grpc.RpcError:
          return

  try:
    answer(crashing, "CREATE TABLE t (turn INTEGER, i INTEGER)")
    writing = threading.Thread(target=write)
    writing.start()
    assert eventually(lambda: len(confirmed) >= 50)
  finally:
    crashing.kill()
  writing.join(20)
  assert not writing.is_alive()
  own = start("--database", str(path))
  sizes = answer(own, "SELECT turn, count(*) FROM t GROUP BY turn ORDER BY turn")
  assert sizes == [(turn, 100) for turn in range(len(sizes))], "whole transactions only"
  assert len(confirmed) <= len(sizes) <= len(confirmed) + 1, "none is lost that was confirmed"


def test_read_only(start, tmp_path):
  path = tmp_path / "kept.db"
  with duckdb.connect(path) as local:
    local.execute("CREATE TABLE t AS SELECT 7 AS a")
  own = start("--database", str(path), "--read-only")
  assert answer(own, "SELECT a FROM t") == [(7,)]
  with pytest.raises(grpc.RpcError, match="(?i)read-only") as caught:
    answer(own, "INSERT INTO t VALUES (8)")
  assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
  with duckdb.connect(path, read_only=True) as local:
    assert local.execute("SELECT count(*) FROM t").fetchall() == [(1,)]


def test_initial_sql_by_flag_and_by_file(start, tmp_path):
  script = tmp_path / "initial.sql"
  script.write_text(
    "-- a; comment\nCREATE TABLE f AS SELECT 'a;b' AS a;\nINSERT INTO f VALUES ('c');\n"
  )
  own = start(
    "--init-sql", "CREATE TABLE g AS SELECT 1 AS a; INSERT INTO g VALUES (2)",
    environment={"LAKEHOUSE_INIT_SQL_FILE": str(script)},
  )
  assert answer(own, "SELECT a FROM g ORDER BY a") == [(1,), (2,)]
  assert answer(own, "SELECT a FROM f ORDER BY a") == [("a;b",), ("c",)]


def test_initial_sql_reaches_every_session(start):
  own = start("--init-sql", "CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 7 AS a")
  assert [answer(own, "SELECT a FROM s.t") for _ in range(3)] == [[(7,)]] * 3


def test_the_word_serve_may_be_left_out(start):
  assert answer(start(words=())) == [(42,)]
