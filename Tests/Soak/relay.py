"""A network that fails: connections through it are cut or slowed down at random."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading

CUT_AFTER_BYTES = (200, 200_000)
SLOW_BYTES_PER_SECOND = 20_000


class Relay:
  """Forwards connections to a port of this machine; a context manager that ends them all.

  A fifth of the connections is left alone, as many are slow, all others are reset after some bytes.
  """

  def __init__(self, target_port: int, seed: int):
    self.target_port = target_port
    self.random = random.Random(seed)
    self.loop = asyncio.new_event_loop()
    self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

  def __enter__(self) -> Relay:
    self.thread.start()
    self.server = self.call(asyncio.start_server(self.serve, "127.0.0.1", 0))
    self.port = self.server.sockets[0].getsockname()[1]
    return self

  def __exit__(self, *_) -> None:
    self.call(self.end())
    self.loop.call_soon_threadsafe(self.loop.stop)
    self.thread.join()
    self.loop.close()

  def call(self, coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

  async def end(self) -> None:
    self.server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
      task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

  async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
      far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
    except OSError:
      writer.transport.abort()
      return
    behaviour = self.random.choice(["plain", "slow", "cut", "cut", "cut"])
    budgets = [None, None]
    if behaviour == "cut":
      budgets[self.random.randrange(2)] = self.random.randint(*CUT_AFTER_BYTES)
    copies = [
      asyncio.ensure_future(copy(*ends, budget, behaviour == "slow"))
      for ends, budget in zip(((reader, far_writer), (far_reader, writer)), budgets)
    ]
    try:
      await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
      return  # The relay ends; nobody waits for this task.
    finally:
      for task in copies:
        task.cancel()
      for end in (writer, far_writer):
        reset(end)


async def copy(
  reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: int | None, is_slow: bool
) -> None:
  """Ends at the end of the stream, or when the budget of bytes is used up."""
  with contextlib.suppress(OSError):
    while part := await reader.read(4096 if is_slow else 65_536):
      if budget is not None:
        part, budget = part[:budget], budget - len(part)
      writer.write(part)
      await writer.drain()
      if budget is not None and budget <= 0:
        return
      if is_slow:
        await asyncio.sleep(len(part) / SLOW_BYTES_PER_SECOND)


def reset(writer: asyncio.StreamWriter) -> None:
  """Ends a connection as a machine does that was switched off and on: by a reset."""
  with contextlib.suppress(OSError):
    no_lingering = struct.pack("ii", 1, 0)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_lingering)
  writer.transport.abort()
