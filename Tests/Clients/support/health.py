"""Both ways to ask a server for its health."""

from __future__ import annotations

import contextlib
import http.client
import json
import re

import grpc

from . import protobuf
from .protobuf import message
from .server import Server

SERVING, NOT_SERVING, SERVICE_UNKNOWN = 1, 2, 3
SERVICES = ["", "arrow.flight.protocol.FlightService", "lakehouse.FlightSql"]

FLAGS = [
  "--health-check-enabled", "--health-port", "0", "--health-http-port", "0",
  "--health-poll-interval", "0.05",
]
ADDRESSES = re.compile(r"health checks on grpc://(\S+) and http://([^:\s]+):(\d+)")


class Health:
  """Asks one server, which was started with `FLAGS`."""

  def __init__(self, server: Server | str):
    log = server if isinstance(server, str) else server.stderr
    grpc_address, self.host, http_port = ADDRESSES.search(log).groups()
    self.http_port = int(http_port)
    self.grpc_port = int(grpc_address.rpartition(":")[2])
    self.channel = grpc.insecure_channel(
      grpc_address, options=[("grpc.use_local_subchannel_pool", 1)]
    )

  def method(self, name: str, kind: str = "unary_unary"):
    return getattr(self.channel, kind)(f"/grpc.health.v1.Health/{name}")

  def check(self, service: str = "") -> int:
    answer = self.method("Check")(message((1, service or None)), timeout=20)
    return protobuf.first(answer, 1, 0)

  def list(self) -> dict[str, int]:
    entries = protobuf.every(self.method("List")(b"", timeout=20), 1)
    return {
      protobuf.first(entry, 1).decode(): protobuf.first(protobuf.first(entry, 2), 1, 0)
      for entry in entries
    }

  def watch(self, service: str = "") -> Watch:
    return Watch(self.method("Watch", "unary_stream")(message((1, service or None)), timeout=60))

  def get(self, path: str, method: str = "GET") -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection(self.host, self.http_port, 20)) as opened:
      opened.request(method, path)
      answer = opened.getresponse()
      return answer.status, answer.read().decode()

  def ready(self) -> tuple[int, dict]:
    status, body = self.get("/readyz")
    return status, json.loads(body)

  def component(self, name: str) -> dict:
    return self.ready()[1]["components"][name]

  def close(self) -> None:
    self.channel.close()

  def __enter__(self) -> Health:
    return self

  def __exit__(self, *_) -> None:
    self.close()


class Watch:
  """What a watcher is told, one status after the other."""

  def __init__(self, call):
    self.call = call

  def next(self) -> int:
    return protobuf.first(next(self.call), 1, 0)

  def cancel(self) -> None:
    self.call.cancel()
