"""A directory that knows nobody but checks passwords, for PostgreSQL's `ldap` authentication.

With it PostgreSQL takes a password as Azure's does: in clear text within TLS, and any that counts at
the moment rather than one that is set.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable

_BIND_REQUEST, _BIND_RESPONSE, _UNBIND_REQUEST = 0x60, 0x61, 0x42
_SUCCESS, _INVALID_CREDENTIALS = 0, 49


def _element(data: bytes, start: int = 0) -> tuple[int, bytes, int]:
  """The tag and content of one element, and where it ends."""
  tag, length, at = data[start], data[start + 1], start + 2
  if length & 0x80:
    size = length & 0x7F
    length, at = int.from_bytes(data[at:at + size], "big"), at + size
  return tag, data[at:at + length], at + length


class Directory:
  """Listens on a free port; `check` decides about each password."""

  def __init__(self, check: Callable[[str], bool]):
    self.check = check
    self.accepted: list[str] = []
    self.refused: list[str] = []
    directory = self

    class Handler(socketserver.StreamRequestHandler):
      def handle(self) -> None:
        while message := self.message():
          _, number, at = _element(message)
          tag, operation, _ = _element(message, at)
          if tag != _BIND_REQUEST:
            return
          _, _, at = _element(operation)
          _, _, at = _element(operation, at)
          _, password, _ = _element(operation, at)
          is_known = directory.decide(password.decode())
          code = _SUCCESS if is_known else _INVALID_CREDENTIALS
          result = bytes([0x0A, 1, code, 4, 0, 4, 0])
          answer = bytes([2, len(number)]) + number + bytes([_BIND_RESPONSE, len(result)]) + result
          self.wfile.write(bytes([0x30, len(answer)]) + answer)

      def message(self) -> bytes:
        """The content of the next message; empty at the end."""
        head = self.rfile.read(2)
        if len(head) < 2:
          return b""
        length = head[1]
        if length & 0x80:
          length = int.from_bytes(self.rfile.read(length & 0x7F), "big")
        return self.rfile.read(length)

    class Server(socketserver.ThreadingTCPServer):
      daemon_threads = True
      allow_reuse_address = True

    self._server = Server(("127.0.0.1", 0), Handler)
    self.port = self._server.server_address[1]
    threading.Thread(target=self._server.serve_forever, daemon=True).start()

  def decide(self, password: str) -> bool:
    is_good = self.check(password)
    (self.accepted if is_good else self.refused).append(password)
    return is_good

  def close(self) -> None:
    self._server.shutdown()
    self._server.server_close()
