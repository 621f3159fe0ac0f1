"""Calls of every kind by gRPC's C++ core, through grpcio."""

from __future__ import annotations

import threading
import time

import grpc
import pytest

from support.server import eventually
from transport.echo import MIB, EchoClient, pattern


def failure(call) -> grpc.RpcError:
  with pytest.raises(grpc.RpcError) as caught:
    call()
  return caught.value


# `Direct…` are the same methods, answered without GRPCCore's dispatch.


@pytest.mark.parametrize("method", ["Unary", "DirectUnary"])
@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 65_535, 65_536, 5 * MIB])
def test_unary(echo, size: int, method: str):
  assert echo.unary(method, pattern(size)) == pattern(size)


@pytest.mark.parametrize("count", [0, 2])
def test_a_direct_method_takes_one_message(echo, count: int):
  call = echo.channel.stream_unary("/test.Echo/DirectUnary")
  error = failure(lambda: call(iter([b"x"] * count), timeout=60))
  assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("count, size, parts", [
  (0, 0, 1), (1, 0, 1), (1000, 10, 3), (50, MIB, 1), (50, MIB, 40), (3, 20 * MIB, 7),
])
def test_server_streaming(echo, count: int, size: int, parts: int):
  direct = echo.server_stream(f"{count} {size} {parts}".encode(), method="DirectServerStreaming")
  received = list(direct)
  assert len(received) == count
  assert all(message == pattern(size) for message in received)
  call = echo.server_stream(f"{count} {size} {parts}".encode())
  received = list(call)
  assert len(received) == count
  assert all(message == pattern(size) for message in received)
  assert dict(call.trailing_metadata())["sent"] == str(count)


def test_client_streaming(echo):
  assert echo.client_stream(iter([])) == b"0 0"
  assert echo.client_stream(b"x" * size for size in range(1000)) == b"1000 499500"
  assert echo.client_stream(b"x" * MIB for _ in range(40)) == f"40 {40 * MIB}".encode()


def test_an_upload_waits_for_its_reader(echo):
  sent = echo.client_stream((b"x" * MIB for _ in range(40)), method="SlowUpload")
  assert sent == f"40 {40 * MIB}".encode()


def test_bidirectional_streaming(echo):
  turn = threading.Semaphore(1)

  def requests():
    for number in range(100):
      assert turn.acquire(timeout=30)
      yield str(number).encode()

  received = []
  for message in echo.bidi(requests()):
    received.append(int(message))
    turn.release()
  assert received == list(range(100))


def test_many_calls_at_once_on_one_connection(echo):
  calls = [echo.unary_call("Unary", str(number).encode()) for number in range(2000)]
  assert [call.result() for call in calls] == [str(number).encode() for number in range(2000)]


def test_calls_beyond_the_limit_of_streams_wait_their_turn(start_echo):
  with EchoClient(start_echo(streams=4)) as client:
    calls = [client.unary_call("Slow", b"5") for _ in range(40)]
    assert {call.result() for call in calls} == {b"slept"}


# Metadata


def test_metadata(echo):
  sent = (
    ("text", "some ~ text"), ("twice", "1"), ("twice", "2"), ("empty", ""),
    ("raw-bin", bytes(range(256))), ("empty-bin", b""),
  )
  call = echo.server_stream(b"x", method="EchoMetadata", metadata=sent)
  headers = [(key, value) for key, value in call.initial_metadata()]
  assert list(call) == [b"x"]
  trailers = [(key, value) for key, value in call.trailing_metadata()]
  for entry in sent:
    assert entry in headers
    assert entry in trailers


def test_headers_of_more_than_eight_kilobytes(shared_echo):
  with EchoClient(shared_echo, max_metadata_size=64 << 10) as client:
    sent = [(f"name-{number}", "v" * 1000) for number in range(30)]
    call = client.server_stream(b"x", method="EchoMetadata", metadata=sent)
    headers = list(call.initial_metadata())
    assert list(call) == [b"x"]
    assert all(entry in headers for entry in sent)


# Status


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.value[0] != 0])
@pytest.mark.parametrize("method", ["Fail", "FailLate", "DirectFail", "DirectFailLate"])
def test_status(echo, code: grpc.StatusCode, method: str):
  text = "50% of ünïcödé 🦆\nsecond line"
  call = echo.server_stream(f"{code.value[0]}|{text}|details".encode(), method=method)
  error = failure(lambda: list(call))
  assert error.code() == code
  assert error.details() == text
  trailers = dict(error.trailing_metadata())
  assert trailers["grpc-status-details-bin"] == b"details"
  assert trailers["error-text"] == "from the handler"


@pytest.mark.parametrize("character", ["x", "ü"])
def test_a_long_status_message_is_shortened_and_the_status_kept(echo, character: str):
  error = failure(lambda: echo.unary("Fail", f"5|{character * 20_000}|".encode()))
  assert error.code() == grpc.StatusCode.NOT_FOUND
  assert len(error.details()) > 500
  assert set(error.details()) == {character}


def test_details_that_do_not_fit_leave_the_status(echo):
  error = failure(lambda: echo.unary("Fail", f"5|gone|{'x' * 20_000}".encode()))
  assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "gone")


def test_unknown_methods(echo):
  for method in ["Nothing", "", "Unary/More"]:
    error = failure(lambda method=method: echo.unary(method, b"x" * MIB))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert method in error.details()
  assert echo.unary("Unary", b"x") == b"x"


# Deadlines and cancellation


@pytest.mark.parametrize("method", ["Slow", "DirectSlow"])
@pytest.mark.parametrize("on_loop", [0, 1])
def test_a_deadline_cancels_the_handler(start_echo, on_loop: int, method: str):
  with EchoClient(start_echo(on_loop=on_loop)) as client:
    error = failure(lambda: client.unary(method, b"60000", timeout=0.2))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert eventually(lambda: client.counters()["running"] == 0)
    assert client.counters()["cancelled"] == 1


@pytest.mark.parametrize("method", ["Slow", "DirectSlow"])
def test_cancelling_a_call_cancels_its_handler(start_echo, method: str):
  with EchoClient(start_echo()) as client:
    calls = [client.unary_call(method, b"60000") for _ in range(50)]
    assert eventually(lambda: client.counters()["running"] == 50)
    for call in calls:
      call.cancel()
    assert eventually(lambda: client.counters()["running"] == 0)
    assert client.counters()["cancelled"] == 50


@pytest.mark.parametrize("method", ["ServerStreaming", "DirectServerStreaming"])
def test_cancelling_a_stream_stops_its_writer(start_echo, method: str):
  with EchoClient(start_echo()) as client:
    call = client.server_stream(f"100000 {MIB}".encode(), method=method)
    assert next(call) == pattern(MIB)
    call.cancel()
    last = -1

    def stands_still() -> bool:
      nonlocal last
      before, last = last, client.counters()["sent"]
      return before == last

    assert eventually(stands_still, interval_seconds=0.2)
    assert last < 1000


@pytest.mark.parametrize("method", ["Slow", "DirectSlow"])
def test_a_client_that_goes_away_cancels_its_calls(start_echo, method: str):
  server = start_echo()
  with EchoClient(server) as watcher:
    with EchoClient(server) as leaving:
      leaving.unary("Peer")
      calls = [leaving.unary_call(method, b"60000") for _ in range(10)]
      assert eventually(lambda: watcher.counters()["running"] == 10)
    assert all(call.code() == grpc.StatusCode.CANCELLED for call in calls)
    assert eventually(lambda: watcher.counters()["running"] == 0)
    assert eventually(lambda: watcher.counters()["closed"] == 1)


# Encodings and sizes


@pytest.mark.parametrize("answers_gzip", [0, 1])
@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.NoCompression])
def test_gzip(start_echo, answers_gzip: int, compression: grpc.Compression):
  with EchoClient(start_echo(gzip=answers_gzip)) as client:
    for size in [0, 1, 100, MIB]:
      assert client.unary("Unary", pattern(size), compression=compression) == pattern(size)
    received = list(client.server_stream(b"20 100000 3", compression=compression))
    assert received == [pattern(100_000)] * 20
    sent = client.client_stream((b"x" * 1000 for _ in range(50)), compression=compression)
    assert sent == b"50 50000"


def test_deflate_is_refused_by_name(echo):
  error = failure(lambda: echo.unary("Unary", b"x", compression=grpc.Compression.Deflate))
  assert error.code() == grpc.StatusCode.UNIMPLEMENTED
  assert "deflate" in error.details()


def test_size_limits(start_echo):
  with EchoClient(start_echo(receive=1000, send=2000)) as client:
    assert client.unary("Unary", b"x" * 1000) == b"x" * 1000
    for compression in [grpc.Compression.NoCompression, grpc.Compression.Gzip]:
      error = failure(lambda: client.unary("Unary", b"x" * 1001, compression=compression))
      assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
      assert "1000 bytes" in error.details()
    assert len(list(client.server_stream(b"3 2000"))) == 3
    error = failure(lambda: list(client.server_stream(b"3 2001")))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "2000 bytes" in error.details()


# Connections


def test_peer(echo):
  number, remote, local = echo.unary("Peer").decode().split()
  assert int(number) > 0
  assert remote.startswith("ipv4:127.0.0.1:")
  assert local.startswith("ipv4:127.0.0.1:")
  assert remote != local


def test_keepalive_pings_by_the_client(shared_echo):
  options = {
    "keepalive_time_ms": 100, "keepalive_timeout_ms": 1000, "keepalive_permit_without_calls": 1,
    "http2.max_pings_without_data": 0,
  }
  with EchoClient(shared_echo, **options) as client:
    before = client.unary("Peer")
    assert client.unary("Slow", b"1500") == b"slept"
    assert client.unary("Peer") == before


def test_keepalive_pings_by_the_server_leave_a_living_client_alone(start_echo):
  with EchoClient(start_echo(keepalive=50, keepalive_timeout=1000)) as client:
    before = client.unary("Peer")
    assert client.unary("Slow", b"1000") == b"slept"
    assert client.unary("Peer") == before


def test_an_idle_connection_is_closed_and_the_client_connects_anew(start_echo):
  with EchoClient(start_echo(idle=100)) as client:
    before = client.unary("Peer")
    assert eventually(lambda: client.unary("Peer") != before, interval_seconds=0.4)


def test_an_old_connection_is_replaced_and_no_call_fails(start_echo):
  with EchoClient(start_echo(age=200)) as client:
    peers = set()
    ends_at = time.monotonic() + 20
    while len(peers) < 4 and time.monotonic() < ends_at:
      peers.add(client.unary("Peer"))
    assert len(peers) == 4


def test_an_old_connection_lets_its_stream_end(start_echo):
  with EchoClient(start_echo(age=100)) as client:
    assert client.unary("Slow", b"1000") == b"slept"


def test_the_grace_of_an_old_connection_ends_its_streams(start_echo):
  with EchoClient(start_echo(age=100, age_grace=200)) as client:
    error = failure(lambda: client.unary("Slow", b"60000"))
    assert error.code() == grpc.StatusCode.UNAVAILABLE


# Shutdown


def test_a_drain_lets_running_calls_end_and_refuses_new_connections(start_echo):
  server = start_echo()
  with EchoClient(server) as client, EchoClient(server) as late:
    sleeping = client.unary_call("Slow", b"1000")
    stream = client.server_stream(f"30 {MIB}".encode())
    assert next(stream) == pattern(MIB)
    assert eventually(lambda: client.counters()["running"] == 1)
    server.terminate()
    assert len(list(stream)) == 29
    assert sleeping.result() == b"slept"
    error = failure(lambda: late.unary("Unary", b"x"))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert server.wait() == 0


def test_the_grace_period_of_a_drain_ends_calls(start_echo):
  server = start_echo(grace=300)
  with EchoClient(server) as client, EchoClient(server) as watcher:
    call = client.unary_call("Slow", b"60000")
    assert eventually(lambda: watcher.counters()["running"] == 1)
    server.terminate()
    assert failure(call.result).code() == grpc.StatusCode.UNAVAILABLE
    assert server.wait() == 0


def test_a_drain_without_clients_ends_at_once(start_echo):
  server = start_echo()
  with EchoClient(server) as client:
    client.unary("Unary")
  server.terminate()
  assert server.wait() == 0
