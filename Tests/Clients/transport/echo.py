"""The transport's test server as a child process, and a gRPC channel to it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import grpc

from support.server import Server, ServerError, binary_path

MIB = 1 << 20


def echo_path() -> Path:
  """The test server: in the folder LAKEHOUSE_BUILD, or beside the lakehouse binary."""
  if folder := os.environ.get("LAKEHOUSE_BUILD"):
    return Path(folder) / "TransportEcho"
  return binary_path().parent / "TransportEcho"


class EchoServer:
  """A running TransportEcho with settings such as `idle=500`. Times are in milliseconds."""

  status_kib = Server.status_kib
  resident_mib = Server.resident_mib
  peak_resident_mib = Server.peak_resident_mib
  reset_peak = Server.reset_peak
  cpu_seconds = Server.cpu_seconds

  def __init__(self, **settings: int):
    arguments = [f"{name.replace('_', '-')}={value}" for name, value in settings.items()]
    self.process = subprocess.Popen(
      [str(echo_path()), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    line = self.process.stdout.readline()
    if not line:
      raise ServerError(f"TransportEcho ended with code {self.process.wait()}")
    self.port = int(line)

  @property
  def pid(self) -> int:
    return self.process.pid

  @property
  def address(self) -> str:
    return f"127.0.0.1:{self.port}"

  def terminate(self) -> None:
    self.process.send_signal(signal.SIGTERM)

  def wait(self) -> int:
    return self.process.wait(30)

  def stop(self) -> None:
    """Asks it to end; it must do so by itself and well."""
    try:
      if self.process.poll() is None:
        self.terminate()
      code = self.wait()
      assert code == 0, f"TransportEcho ended with code {code}"
    finally:
      self.process.kill()
      self.process.wait()
      self.process.stdout.close()


class EchoClient:
  """Calls the methods of `test.Echo` through a channel of its own."""

  def __init__(self, server: EchoServer, **options):
    named = {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    } | {"grpc." + name: value for name, value in options.items()}
    self.channel = grpc.insecure_channel(server.address, options=list(named.items()))

  def unary(self, method: str, request: bytes = b"", **options) -> bytes:
    return self.channel.unary_unary(f"/test.Echo/{method}")(request, **self.defaults(options))

  def unary_call(self, method: str, request: bytes = b"", **options):
    return self.channel.unary_unary(f"/test.Echo/{method}").future(
      request, **self.defaults(options)
    )

  def server_stream(self, request: bytes, method: str = "ServerStreaming", **options):
    return self.channel.unary_stream(f"/test.Echo/{method}")(request, **self.defaults(options))

  def client_stream(self, requests, method: str = "ClientStreaming", **options) -> bytes:
    return self.channel.stream_unary(f"/test.Echo/{method}")(requests, **self.defaults(options))

  def bidi(self, requests, **options):
    return self.channel.stream_stream("/test.Echo/Bidi")(requests, **self.defaults(options))

  def counters(self) -> dict[str, int]:
    words = self.unary("Counters").decode().split()
    return {name: int(value) for name, value in (word.split("=") for word in words)}

  def close(self) -> None:
    self.channel.close()

  def __enter__(self) -> EchoClient:
    return self

  def __exit__(self, *error) -> None:
    self.close()

  @staticmethod
  def defaults(options: dict) -> dict:
    return {"timeout": 60} | options


def pattern(size: int) -> bytes:
  """The bytes of a streamed message: those at offset N are N modulo 251."""
  return (bytes(range(251)) * (size // 251 + 1))[:size]
