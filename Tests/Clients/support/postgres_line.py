"""A line between a server and PostgreSQL that breaks at a message of the test's choice."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Callable


class PostgresLine:
  """Passes on what is unencrypted: connect to `port` with `--pg-sslmode disable`.

  Ends with the connections that go through it.
  """

  def __init__(self, port: int):
    self._upstream = port
    self._listener = socket.create_server(("127.0.0.1", 0))
    self.port = self._listener.getsockname()[1]
    self._lock = threading.Lock()
    self._breaks_at: Callable[[str], bool] | None = None
    self._loses_answer = False
    self.broken = threading.Event()
    threading.Thread(target=self._accept, daemon=True).start()

  def break_at(self, matches: Callable[[str], bool], loses_answer: bool = False) -> None:
    """Cuts the connection on which the next statement comes that matches.

    PostgreSQL never sees it, or, where its answer is lost, has done it by then.
    """
    with self._lock:
      self._breaks_at = matches
      self._loses_answer = loses_answer
      self.broken.clear()

  def close(self) -> None:
    self._listener.close()

  def _accept(self) -> None:
    while True:
      try:
        client, _ = self._listener.accept()
      except OSError:
        return
      server = socket.create_connection(("127.0.0.1", self._upstream))
      swallows = threading.Event()
      for work in (self._pass_on, self._pass_back):
        threading.Thread(target=work, args=(client, server, swallows), daemon=True).start()

  def _pass_on(self, client: socket.socket, server: socket.socket, swallows) -> None:
    with client, server, client.makefile("rb") as incoming:
      try:
        # The first message has no kind.
        size = incoming.read(4)
        server.sendall(size + incoming.read(struct.unpack("!i", size)[0] - 4))
        while kind := incoming.read(1):
          size = incoming.read(4)
          body = incoming.read(struct.unpack("!i", size)[0] - 4)
          with self._lock:
            text = body.rstrip(b"\0").decode() if kind == b"Q" else ""
            breaks = bool(text and self._breaks_at and self._breaks_at(text))
            if breaks:
              self._breaks_at = None
          if breaks and not self._loses_answer:
            self.broken.set()
            break
          if breaks:
            swallows.set()
          server.sendall(kind + size + body)
      except (OSError, struct.error, ValueError):
        pass
      _shut(client, server)

  def _pass_back(self, client: socket.socket, server: socket.socket, swallows) -> None:
    try:
      while data := server.recv(1 << 16):
        if swallows.is_set():
          self.broken.set()
          break
        client.sendall(data)
    except OSError:
      pass
    _shut(client, server)


def _shut(*sockets: socket.socket) -> None:
  for one in sockets:
    try:
      one.shutdown(socket.SHUT_RDWR)
    except OSError:
      pass
