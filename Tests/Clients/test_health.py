"""Health checks over gRPC and HTTP, and what they say when something doesn't work."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading

import grpc
import pyarrow.flight as flight
import pytest

from support.flightsql import RawClient, open_query
from support.health import FLAGS, NOT_SERVING, SERVICE_UNKNOWN, SERVICES, SERVING, Health
from support.server import binary_path, clean_environment, eventually, run_to_end

SNAPSHOTS = "__ducklake_metadata_lake.main.ducklake_snapshot"


@pytest.fixture(scope="module")
def health(start_module):
  with Health(start_module(*FLAGS)) as opened:
    yield opened


@pytest.fixture
def lake(start, tmp_path):
  """A server with a DuckLake, and a client that may touch its catalog."""
  own = start(
    *FLAGS, "--no-lockdown", "--health-timeout-seconds", "0.5", "--init-sql",
    f"ATTACH 'ducklake:{tmp_path}/lake.catalog' AS lake (DATA_PATH '{tmp_path}/data/')",
  )
  with Health(own) as health, RawClient(own.address) as raw:
    yield health, raw


def run(raw: RawClient, sql: str) -> None:
  raw.query(sql)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_serving_once_the_start_line_is_out(start, service: str):
  with Health(start(*FLAGS)) as health:
    assert health.check(service) == SERVING


def test_an_unknown_service_is_not_found(health):
  with pytest.raises(grpc.RpcError) as caught:
    health.check("nosuch.Service")
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_all_services_are_listed(health):
  assert health.list() == dict.fromkeys(SERVICES, SERVING)


def test_a_message_that_is_none_is_refused(health):
  with pytest.raises(grpc.RpcError) as caught:
    health.method("Check")(b"\xff\xff\xff", timeout=20)
  assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_flight_is_not_served_on_the_health_port(health):
  call = health.channel.unary_unary("/arrow.flight.protocol.FlightService/GetFlightInfo")
  with pytest.raises(grpc.RpcError) as caught:
    call(b"", timeout=20)
  assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_it_is_live_and_ready(health):
  assert health.get("/livez") == (200, '{"status":"live"}')
  status, report = health.ready()
  assert status == 200
  assert report["status"] == "serving"
  assert {name: part["status"] for name, part in report["components"].items()} == {
    "database": "serving", "catalog": "serving",
  }
  assert health.get("/readyz?verbose")[0] == 200
  assert health.get("/readyz", "HEAD") == (200, "")


@pytest.mark.parametrize(
  ("method", "path", "status"),
  [("GET", "/", 404), ("GET", "/healthz", 404), ("POST", "/livez", 405), ("DELETE", "/readyz", 405)],
)
def test_other_requests_are_refused(health, method: str, path: str, status: int):
  assert health.get(path, method)[0] == status


def test_a_catalog_that_fails_and_comes_back(lake):
  health, raw = lake
  watch = health.watch()
  assert watch.next() == SERVING
  run(raw, f"ALTER TABLE {SNAPSHOTS} RENAME TO lost")
  assert watch.next() == NOT_SERVING
  assert health.check("lakehouse.FlightSql") == NOT_SERVING
  assert health.list() == dict.fromkeys(SERVICES, NOT_SERVING)
  status, report = health.ready()
  assert (status, report["status"]) == (503, "not_serving")
  assert report["components"]["database"]["status"] == "serving"
  failing = report["components"]["catalog"]
  assert failing["status"] == "not_serving"
  assert failing["message"] == "The catalog of 'lake' can't be read (catalog)."
  assert health.get("/livez")[0] == 200
  run(raw, "ALTER TABLE __ducklake_metadata_lake.main.lost RENAME TO ducklake_snapshot")
  assert watch.next() == SERVING
  assert health.component("catalog").keys() == {"status", "since"}
  watch.cancel()


def test_a_catalog_that_hangs_is_not_waited_for(lake):
  """Its answer takes as long as a large query; until it comes, the server says why it waits."""
  health, raw = lake
  metadata = "__ducklake_metadata_lake.main"
  run(raw, f"ALTER TABLE {SNAPSHOTS} RENAME TO slow")
  run(
    raw,
    f"CREATE VIEW {SNAPSHOTS} AS SELECT s.* REPLACE (snapshot_id + (SELECT count(*) "
    f"FROM range(1000000000) AS r(i) WHERE hash(i) = 7) AS snapshot_id) FROM {metadata}.slow AS s",
  )
  # Between the two statements above, a check may have found no table at all.
  waiting = "There was no answer within 0.5 s.", "DuckDB is still busy with an earlier check."
  assert eventually(lambda: health.component("catalog").get("message") in waiting)
  assert health.ready()[0] == 503
  assert health.component("database")["status"] == "serving"
  run(raw, f"DROP VIEW {SNAPSHOTS}")
  run(raw, f"ALTER TABLE {metadata}.slow RENAME TO ducklake_snapshot")
  assert eventually(lambda: health.ready()[0] == 200, timeout_seconds=60)


def test_the_log_tells_more_than_the_check(start, tmp_path):
  own = start(
    *FLAGS, "--no-lockdown", "--init-sql",
    f"ATTACH 'ducklake:{tmp_path}/lake.catalog' AS lake (DATA_PATH '{tmp_path}/data/')",
  )
  with Health(own) as health, RawClient(own.address) as raw:
    run(raw, f"ALTER TABLE {SNAPSHOTS} RENAME TO lost")
    assert eventually(lambda: health.check() == NOT_SERVING)
    assert "ducklake_snapshot" not in health.get("/readyz")[1]
    assert eventually(lambda: "ducklake_snapshot does not exist" in own.stderr)
    assert own.stderr.count("catalog is not serving") == 1, "once, however often it is looked at"


def test_busy_workers_do_not_hold_it_up(start):
  own = start(*FLAGS, "--workers", "1", "--shutdown-grace-seconds", "0")
  with Health(own) as health, flight.connect(own.uri) as client:
    since = health.component("database")["since"]
    before = own.cpu_seconds()
    endless = "SELECT count(*) FROM range(1000000000000) AS a(i)"
    reader = threading.Thread(target=interrupted, args=(client, endless))
    reader.start()
    assert eventually(lambda: own.cpu_seconds() > before + 0.5)
    assert health.check() == SERVING
    assert health.component("database") == {"status": "serving", "since": since}
    own.send(signal.SIGTERM)
    assert own.wait() == 0
    reader.join(20)
    assert not reader.is_alive()


def interrupted(client, sql: str) -> None:
  with contextlib.suppress(flight.FlightError, OSError):
    open_query(client, sql).read_all()


def test_a_watch_of_an_unknown_service_stays_open(health):
  watch = health.watch("nosuch.Service")
  assert watch.next() == SERVICE_UNKNOWN
  assert watch.call.is_active()
  watch.cancel()


def test_watchers_are_bounded_and_make_room(start):
  """Over several connections: each has a limit of its own."""
  own = start(*FLAGS)
  with contextlib.ExitStack() as stack:
    clients = [stack.enter_context(Health(own)) for _ in range(80)]
    watches = []

    def refused() -> bool:
      watch = clients[len(watches) // 15].watch()
      try:
        watch.next()
      except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        return True
      watches.append(watch)
      return False

    while len(watches) < 1_100 and not refused():
      pass
    assert len(watches) == 1_000
    for watch in watches[:20]:
      watch.cancel()
    assert eventually(lambda: not refused())


def test_draining_is_told_until_the_last_statement_has_ended(start):
  own = start(*FLAGS, "--shutdown-grace-seconds", "60")
  row_count = 20_000_000
  with Health(own) as health, flight.connect(own.uri) as client:
    watch = health.watch()
    assert watch.next() == SERVING
    reader = open_query(client, f"SELECT i FROM range({row_count}) AS r(i)")
    received = reader.read_chunk().data.num_rows
    own.send(signal.SIGTERM)
    assert watch.next() == NOT_SERVING
    assert health.check() == NOT_SERVING
    status, report = health.ready()
    assert (status, report["status"]) == (503, "draining")
    assert health.get("/livez")[0] == 200
    received += sum(chunk.data.num_rows for chunk in reader)
    assert received == row_count
    with pytest.raises((StopIteration, grpc.RpcError)):
      watch.next()
    assert own.wait(10) == 0


def test_it_is_live_and_not_ready_while_the_database_opens(tmp_path):
  """Initial SQL that waits for a pipe: the health ports are open before it ends."""
  pipe = tmp_path / "rows.csv"
  os.mkfifo(pipe)
  log = tmp_path / "log"
  command = [
    str(binary_path()), "--port", "0", *FLAGS, "--init-sql",
    f"CREATE TABLE t AS FROM read_csv('{pipe}', header = false, columns = {{'a': 'INTEGER'}})",
  ]
  with open(log, "w") as stderr, subprocess.Popen(
    command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=clean_environment()
  ) as process:
    try:
      assert eventually(lambda: "health checks on" in log.read_text())
      with Health(log.read_text()) as health:
        assert health.get("/livez")[0] == 200
        assert health.ready() == (503, {"status": "starting", "components": {}})
        assert health.check() == NOT_SERVING
        watch = health.watch()
        assert watch.next() == NOT_SERVING
        with open(pipe, "w") as rows:
          rows.write("1\n")
        assert watch.next() == SERVING
        assert "listening on" in process.stdout.readline()
    finally:
      process.terminate()
    assert process.wait(20) == 0


def test_they_can_be_switched_off(start):
  own = start()
  assert "health checks" not in own.stderr


@pytest.mark.parametrize("flag", ["--health-port", "--health-http-port"])
def test_a_port_in_use_is_named_with_its_setting(flag: str):
  with socket.create_server(("127.0.0.1", 0)) as taken:
    port = str(taken.getsockname()[1])
    ended = run_to_end("serve", "--port", "0", *FLAGS, flag, port)
  assert ended.returncode > 0 and ended.stdout == ""
  assert f"{flag}: 127.0.0.1:{port} is in use" in ended.stderr
  assert "--no-health-check-enabled" in ended.stderr


def test_one_port_for_both_is_refused():
  ended = run_to_end(
    "serve", "--health-check-enabled", "--health-port", "9", "--health-http-port", "9"
  )
  assert ended.returncode > 0
  assert "--health-http-port" in ended.stderr


def connect(health: Health) -> socket.socket:
  opened = socket.create_connection((health.host, health.http_port))
  opened.settimeout(20)
  return opened


def said(peer: socket.socket) -> bytes:
  """Everything the server says until it hangs up."""
  heard = b""
  with contextlib.suppress(ConnectionResetError):
    while chunk := peer.recv(1 << 16):
      heard += chunk
  return heard


GARBAGE = {
  "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
  "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
  "a line without end": b"GET /" + b"a" * 100_000,
  "a long header": b"GET /livez HTTP/1.1\r\nhost: a\r\nb: " + b"c" * 100_000,
  "many headers": b"GET /livez HTTP/1.1\r\n" + b"".join(b"h%d: 1\r\n" % i for i in range(500)),
  "a large body":
    b"POST /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n" + bytes(100_000),
  "two lengths":
    b"GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n" + bytes(3),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_ends_its_connection_alone(health, garbage: bytes):
  with connect(health) as peer:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
      peer.sendall(garbage)
    answer = said(peer)
    assert answer == b"" or b" 400 " in answer.splitlines()[0]
  assert health.get("/livez")[0] == 200


def test_requests_in_a_row_are_answered_in_order(health):
  with connect(health) as peer:
    peer.sendall(
      b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n" * 2
      + b"GET /nosuch HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    )
    assert re.findall(rb"HTTP/1.1 (\d+)", said(peer)) == [b"200", b"200", b"404"]


def test_connections_that_say_little_do_not_keep_others_out(health):
  """More than the limit, each with half a request: the oldest give way."""
  with contextlib.ExitStack() as stack:
    peers = [stack.enter_context(connect(health)) for _ in range(1_100)]
    for peer in peers:
      with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        peer.sendall(b"GET /livez HTTP/1.1\r\nhost: ")
    assert health.get("/livez")[0] == 200
    assert said(peers[0]) == b""
    peers[-1].sendall(b"a\r\nconnection: close\r\n\r\n")
    assert b" 200 " in said(peers[-1]).splitlines()[0]


def test_a_silent_connection_does_not_hold_up_the_end(start):
  own = start(*FLAGS)
  with Health(own) as health, connect(health) as silent, connect(health) as other:
    other.sendall(b"GET /livez HT")
    own.send(signal.SIGTERM)
    assert own.wait(5) == 0
    assert said(silent) == b""
