"""Peers that break the rules: each costs little, and other clients are served on."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Iterator

import grpc
import h2.config
import h2.connection
import h2.events
import h2.settings
import hpack
import hyperframe.frame as frames
import pytest

from support.server import eventually
from transport.echo import MIB, EchoClient, pattern

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = frames.SettingsFrame(0).serialize()
ALLOWED_GROWTH_MIB = 100


@pytest.fixture
def guarded(shared_echo):
  """The server, watched: it must go on serving another client, in bounded memory."""
  with EchoClient(shared_echo) as other:
    assert other.unary("Unary", b"before") == b"before"
    before = shared_echo.resident_mib()
    shared_echo.reset_peak()
    yield shared_echo
    assert other.unary("Unary", b"after") == b"after"
    assert shared_echo.peak_resident_mib() < before + ALLOWED_GROWTH_MIB


def connect(server) -> socket.socket:
  opened = socket.create_connection(("127.0.0.1", server.port))
  opened.settimeout(20)
  return opened


def send(peer: socket.socket, data: bytes) -> bool:
  """Whether everything could be sent; false if the server has hung up."""
  try:
    peer.sendall(data)
    return True
  except (BrokenPipeError, ConnectionResetError):
    return False


def drain(peer: socket.socket) -> bytes:
  """Everything the server says until it hangs up."""
  said = b""
  try:
    while chunk := peer.recv(1 << 16):
      said += chunk
  except ConnectionResetError:
    pass
  return said


def received(peer: socket.socket) -> Iterator[frames.Frame]:
  """Everything the server says until it hangs up, frame by frame."""
  said = b""
  while chunk := peer.recv(1 << 16):
    said += chunk
    while len(said) >= 9:
      frame, length = frames.Frame.parse_frame_header(memoryview(said[:9]))
      if len(said) < 9 + length:
        break
      frame.parse_body(memoryview(said[9:9 + length]))
      said = said[9 + length:]
      yield frame


def request_headers(path: str = "/test.Echo/Unary", **changes: str) -> list[tuple[str, str]]:
  headers = {
    ":method": "POST", ":path": path, ":scheme": "http", ":authority": "test",
    "content-type": "application/grpc", "te": "trailers",
  } | {name.replace("_", "-"): value for name, value in changes.items()}
  return list(headers.items())


def message(body: bytes, compressed: int = 0) -> bytes:
  return struct.pack(">BI", compressed, len(body)) + body


class Peer:
  """An HTTP/2 client that is told what to send."""

  def __init__(self, server, window: int = 65_535, header_table: int = 4096):
    self.socket = connect(server)
    config = h2.config.H2Configuration(
      client_side=True, header_encoding="utf-8", validate_outbound_headers=False
    )
    self.http2 = h2.connection.H2Connection(config)
    self.http2.local_settings = h2.settings.Settings(
      client=True, initial_values={1: header_table, 4: window}
    )
    self.http2.decoder.max_allowed_table_size = header_table
    self.http2.initiate_connection()
    self.flush()

  def flush(self) -> bool:
    return send(self.socket, self.http2.data_to_send())

  def call(self, body: bytes, headers=None, end: bool = True) -> tuple[dict, bytes]:
    """The headers and trailers, and the answer's bytes, of one call."""
    stream = self.http2.get_next_available_stream_id()
    self.http2.send_headers(stream, headers or request_headers())
    for start in range(0, len(body), 16_384):
      self.http2.send_data(stream, body[start:start + 16_384])
    if end:
      self.http2.end_stream(stream)
    self.flush()
    found: dict[str, str] = {}
    answer = bytearray()
    for event in self.events():
      match event:
        case h2.events.ResponseReceived() | h2.events.TrailersReceived():
          found |= dict(event.headers)
        case h2.events.DataReceived():
          answer += event.data
          self.http2.acknowledge_received_data(event.flow_controlled_length, stream)
        case h2.events.StreamEnded() | h2.events.StreamReset():
          self.flush()
          break
    return found, bytes(answer)

  def events(self) -> Iterator[h2.events.Event]:
    while chunk := self.socket.recv(1 << 16):
      yield from self.http2.receive_data(chunk)
      self.flush()
    raise ConnectionError("the server hung up")

  def __enter__(self) -> Peer:
    return self

  def __exit__(self, *error) -> None:
    self.socket.close()


@pytest.mark.parametrize("words", [
  b"\x00" * 100, b"\xff" * 100_000, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n",
  b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + SETTINGS, PREFACE + b"\xff" * 1000,
])
def test_what_is_not_http2_is_hung_up_on(guarded, words: bytes):
  with connect(guarded) as peer:
    send(peer, words)
    drain(peer)


def test_a_peer_that_never_shakes_hands_is_hung_up_on(start_echo):
  server = start_echo(handshake=300)
  peers = [connect(server) for _ in range(50)]
  for peer in peers[:25]:
    peer.sendall(PREFACE[:10])
  for peer in peers:
    drain(peer)
    peer.close()
  with EchoClient(server) as client:
    assert client.unary("Unary", b"x") == b"x"


def test_a_silent_peer_is_found_out_by_keepalive(start_echo):
  server = start_echo(keepalive=100, keepalive_timeout=200)
  with connect(server) as peer:
    peer.sendall(PREFACE + SETTINGS)
    assert frames.PingFrame(0, b"keepaliv").serialize() in drain(peer)


def test_a_connection_above_the_limit_is_told_so(start_echo):
  server = start_echo(connections=3)
  with EchoClient(server) as client:
    assert client.unary("Unary", b"x") == b"x"
    peers = [connect(server) for _ in range(20)]
    for size in (1, MIB):
      with EchoClient(server) as excess, pytest.raises(grpc.RpcError) as caught:
        excess.unary("Unary", bytes(size))
      assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
      assert "too many connections" in caught.value.details()
    assert b"too many connections" in drain(peers[-1])
    for peer in peers:
      peer.close()
    assert client.unary("Unary", b"x") == b"x"


def test_many_connections(guarded):
  peers = [connect(guarded) for _ in range(400)]
  for peer in peers:
    peer.sendall(PREFACE + SETTINGS)
  for peer in peers:
    assert peer.recv(9)
    peer.close()


@pytest.mark.parametrize("header_size", [100_000, 4 * MIB])
def test_oversized_headers(guarded, header_size: int):
  with connect(guarded) as peer:
    block = b"\x00\x01a\x7f" + b"\xff\xff\xff\x01" + b"x" * header_size
    parts = [block[at:at + 16_384] for at in range(0, len(block), 16_384)]
    first = frames.HeadersFrame(1, parts[0]).serialize()
    rest = b"".join(frames.ContinuationFrame(1, part).serialize() for part in parts[1:])
    send(peer, PREFACE + SETTINGS + first + rest)
    drain(peer)


def test_a_flood_of_empty_continuations(guarded):
  with connect(guarded) as peer:
    first = frames.HeadersFrame(1, b"\x82").serialize()
    send(peer, PREFACE + SETTINGS + first + frames.ContinuationFrame(1).serialize() * 100_000)
    drain(peer)


def test_a_hundred_thousand_rapid_resets(guarded):
  sent = 0
  while sent < 100_000:
    with Peer(guarded) as peer:
      for _ in range(5_000):
        stream = peer.http2.get_next_available_stream_id()
        peer.http2.send_headers(stream, request_headers("/test.Echo/Slow"))
        peer.http2.reset_stream(stream)
        sent += 1
      peer.flush()


def test_too_many_resets_end_the_connection(guarded):
  calm_down = frames.GoAwayFrame(0, last_stream_id=0, error_code=0xb).serialize()
  with Peer(guarded) as peer:
    for _ in range(2_001):
      stream = peer.http2.get_next_available_stream_id()
      peer.http2.send_headers(stream, request_headers("/test.Echo/Slow"))
      peer.http2.reset_stream(stream)
    peer.flush()
    assert calm_down in drain(peer.socket)


@pytest.mark.parametrize("frame", [
  frames.PingFrame(0, b"12345678"), frames.SettingsFrame(0), frames.PriorityFrame(3, depends_on=1),
])
def test_floods_of_control_frames(guarded, frame: frames.Frame):
  with connect(guarded) as peer:
    peer.settimeout(2)
    data = PREFACE + SETTINGS + frame.serialize() * 300_000
    try:
      send(peer, data)
    except TimeoutError:
      pass


def test_as_many_pings_as_go_clients_send_are_answered(guarded):
  count = 5_000
  answer = frames.PingFrame(0, b"12345678", flags=["ACK"]).serialize()
  with connect(guarded) as peer:
    send(peer, PREFACE + SETTINGS + frames.PingFrame(0, b"12345678").serialize() * count)
    said = b""
    while said.count(answer) < count:
      assert (chunk := peer.recv(1 << 16)), f"hung up after {said.count(answer)} answers"
      said += chunk


def test_a_slow_reader_of_a_huge_stream(guarded):
  with Peer(guarded, window=(1 << 31) - 1) as peer, EchoClient(guarded) as other:
    body = message(f"100000 {MIB}".encode())
    peer.http2.increment_flow_control_window((1 << 31) - 1 - 65_535)
    peer.http2.send_headers(1, request_headers("/test.Echo/ServerStreaming"))
    peer.http2.send_data(1, body, end_stream=True)
    peer.flush()
    sent = -1

    def stands_still() -> bool:
      nonlocal sent
      before, sent = sent, other.counters()["sent"]
      return before == sent

    assert eventually(stands_still, interval_seconds=0.3)


def test_streams_of_one_connection_take_turns(guarded):
  received = {1: 0, 3: 0}
  with Peer(guarded, window=(1 << 31) - 1) as peer:
    peer.http2.increment_flow_control_window((1 << 31) - 1 - 65_535)
    for stream in received:
      peer.http2.send_headers(stream, request_headers("/test.Echo/ServerStreaming"))
      peer.http2.send_data(stream, message(f"100000 {MIB}".encode()), end_stream=True)
    peer.flush()
    while sum(received.values()) < 64 * MIB:
      for event in peer.http2.receive_data(peer.socket.recv(1 << 16)):
        if isinstance(event, h2.events.DataReceived):
          received[event.stream_id] += len(event.data)
  assert min(received.values()) > 16 * MIB


@pytest.mark.parametrize("window, size", [
  (10, 100), (65_535, 5 * MIB), (MIB, 3 * MIB), (4 * MIB, 5 * MIB), (4 * MIB, 20 * MIB),
])
def test_trailers_come_after_the_data_whatever_the_window(guarded, window: int, size: int):
  with Peer(guarded, window=window) as peer:
    headers = request_headers("/test.Echo/ServerStreaming")
    found, answer = peer.call(message(f"1 {size}".encode()), headers)
    assert answer == message(pattern(size))
    assert found["grpc-status"] == "0"


@pytest.mark.parametrize("changes, http_status, status", [
  ({":path": "/test.Echo/No"}, "200", "12"), ({":path": "*"}, "200", "12"),
  ({":method": "GET"}, "405", "13"), ({"content_type": "text/html"}, "415", "13"),
  ({"grpc_encoding": "snappy"}, "200", "12"), ({"grpc_timeout": "soon"}, "200", "3"),
  ({"some_bin": "?"}, "200", "3"),
])
def test_refused_requests(guarded, changes: dict, http_status: str, status: str):
  with Peer(guarded) as peer:
    for _ in range(300):
      found, _ = peer.call(message(b"x"), request_headers(**changes))
      assert (found[":status"], found["grpc-status"]) == (http_status, status)
    assert peer.call(message(b"x"))[1] == message(b"x")


@pytest.mark.parametrize("body, status", [
  (b"\x00\x00", "13"), (message(b"hello")[:-1], "13"), (b"\x02\x00\x00\x00\x00", "13"),
  (b"\x00\xff\xff\xff\xff", "8"), (message(b"x", compressed=1), "13"),
])
def test_malformed_messages(guarded, body: bytes, status: str):
  with Peer(guarded) as peer:
    assert peer.call(body)[0]["grpc-status"] == status
    assert peer.call(message(b"x"))[1] == message(b"x")


def test_a_gzip_bomb(guarded):
  bomb = gzip.compress(b"\x00" * (300 * MIB), 9)
  with Peer(guarded) as peer:
    headers = request_headers(grpc_encoding="gzip")
    peer.http2.increment_flow_control_window(1 << 20)
    stream_data = message(bomb[:60_000], compressed=1)
    assert peer.call(stream_data, headers)[0]["grpc-status"] in ("8", "13")


@pytest.mark.parametrize("frame", [
  frames.WindowUpdateFrame(0, (1 << 31) - 1), frames.WindowUpdateFrame(0, 0),
  frames.DataFrame(7, b"x"), frames.HeadersFrame(2, b"\x82"),
])
def test_protocol_violations(guarded, frame: frames.Frame):
  with connect(guarded) as peer:
    data = frame.serialize()
    if isinstance(frame, frames.WindowUpdateFrame) and frame.window_increment == 0:
      data = data[:-4] + bytes(4)
    send(peer, PREFACE + SETTINGS + data * 2)
    drain(peer)


@pytest.mark.parametrize("changes, frame", [
  ({":unknown": "x"}, b""), ({"content_length": "3"}, b""),
  ({}, frames.WindowUpdateFrame(3, (1 << 31) - 1).serialize()),
])
def test_an_error_on_one_stream_leaves_the_others_alone(guarded, changes: dict, frame: bytes):
  with Peer(guarded) as peer:
    peer.http2.send_headers(1, request_headers("/test.Echo/Slow"))
    peer.http2.send_data(1, message(b"300"), end_stream=True)
    peer.http2.send_headers(3, request_headers("/test.Echo/Bidi", **changes))
    peer.flush()
    send(peer.socket, frame)
    peer.http2.send_data(3, message(b"x"), end_stream=True)
    peer.flush()
    reset = set()
    for event in peer.events():
      match event:
        case h2.events.StreamReset(): reset.add(event.stream_id)
        case h2.events.StreamEnded(): break
    assert (event.stream_id, reset) == (1, {3})
    assert peer.call(message(b"x"))[1] == message(b"x")


def test_errors_on_too_many_streams_end_the_connection(guarded):
  with Peer(guarded) as peer:
    for _ in range(1_001):
      stream = peer.http2.get_next_available_stream_id()
      peer.http2.send_headers(stream, request_headers(**{":unknown": "x"}), end_stream=True)
      peer.http2.reset_stream(stream)
    peer.flush()
    assert frames.GoAwayFrame(0, last_stream_id=0, error_code=0xb).serialize() in drain(peer.socket)


def test_a_client_cannot_make_the_table_of_headers_large(guarded):
  with Peer(guarded, header_table=(1 << 32) - 1) as peer:
    for number in range(100):
      headers = request_headers("/test.Echo/EchoMetadata", number=str(number))
      assert peer.call(message(b"x"), headers)[0]["number"] == str(number)
    assert len(peer.http2.decoder.header_table.dynamic_entries) < 10


def test_calls_that_come_after_the_last_goodbye_harm_none_before(start_echo):
  server = start_echo()
  encoder = hpack.Encoder()

  def call(stream: int, method: str, body: bytes) -> bytes:
    headers = encoder.encode(request_headers(f"/test.Echo/{method}"))
    return (
      frames.HeadersFrame(stream, headers, flags=["END_HEADERS"]).serialize()
      + frames.DataFrame(stream, message(body), flags=["END_STREAM"]).serialize()
    )

  with connect(server) as peer, EchoClient(server) as other:
    send(peer, PREFACE + SETTINGS + call(1, "Slow", b"1000"))
    assert eventually(lambda: other.counters()["running"] == 1)
    server.terminate()
    goodbyes, reset, answer = 0, {}, b""
    for frame in received(peer):
      match frame:
        case frames.PingFrame():
          send(peer, frames.PingFrame(0, frame.opaque_data, flags=["ACK"]).serialize())
        case frames.GoAwayFrame():
          goodbyes += 1
          if goodbyes == 2:
            send(peer, call(3, "Unary", b"x"))
        case frames.RstStreamFrame():
          reset[frame.stream_id] = frame.error_code
        case frames.DataFrame():
          answer += frame.data
  refused_stream = 0x7
  assert (answer, reset) == (message(b"slept"), {3: refused_stream})
