"""Small queries through open connections, from 1, 8 and 32 clients at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time

import pyarrow.flight as flight

from Benchmarks.peer import Peer
from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating
from support.flightsql import Command

CLIENT_COUNTS = (1, 8, 32)
WARM_UP_SECONDS = 0.3

spawning = multiprocessing.get_context("spawn")


def measure(setting: Setting) -> list[Row]:
  rows = []
  with setting.lakehouse() as lakehouse, Peer("ceiling") as ceiling:
    for client_count in CLIENT_COUNTS:
      with contextlib.ExitStack() as stack:
        loads = {
          name: stack.enter_context(Load(uri, client_count))
          for name, uri in {"Lakehouse": lakehouse.uri, "constant": ceiling.uri}.items()
        }
        runs = {name: lambda load=load: load.run(setting.seconds) for name, load in loads.items()}
        rates = alternating(setting.runs, runs)
      rows.append(
        Row(
          f"SELECT 42, {client_count} client{'s' * (client_count > 1)}", "queries/s",
          rates["Lakehouse"], rates["constant"], "pyarrow server answering a constant",
          at_least=1.0,
        )
      )
  return rows


class Load:
  """Clients in processes of their own (one interpreter would be the bound), a thread for each."""

  def __init__(self, uri: str, client_count: int):
    process_count = min(client_count, 2 * os.cpu_count())
    shares = [client_count // process_count + (i < client_count % process_count)
              for i in range(process_count)]
    self.workers = [Worker(uri, share) for share in shares]

  def run(self, seconds: float) -> float:
    """Queries answered a second."""
    begin = time.monotonic() + 0.05
    for worker in self.workers:
      worker.pipe.send((begin, seconds))
    return sum(worker.answer() for worker in self.workers) / seconds

  def __enter__(self) -> Load:
    for worker in self.workers:
      worker.answer()
    return self

  def __exit__(self, *_) -> None:
    for worker in self.workers:
      worker.pipe.send(None)
      worker.process.join()


class Worker:
  """A process with some of the clients."""

  def __init__(self, uri: str, client_count: int):
    self.pipe, inner = spawning.Pipe()
    self.process = spawning.Process(target=work, args=(uri, client_count, inner), daemon=True)
    self.process.start()
    inner.close()

  def answer(self) -> int:
    return self.pipe.recv()


def work(uri: str, client_count: int, pipe) -> None:
  """Opens the connections, says so, and then counts queries whenever asked."""
  own_connection = [("grpc.use_local_subchannel_pool", 1)]
  with contextlib.ExitStack() as stack:
    clients = [
      stack.enter_context(flight.connect(uri, generic_options=own_connection))
      for _ in range(client_count)
    ]
    for client in clients:
      query(client)
    pipe.send(0)
    while (order := pipe.recv()) is not None:
      pipe.send(count_queries(clients, *order))


def count_queries(clients: list[flight.FlightClient], begin: float, seconds: float) -> int:
  """How many queries all clients ended within the time, after a moment to get going."""
  begin += WARM_UP_SECONDS
  end = begin + seconds
  counts = [0] * len(clients)

  def loop(index: int) -> None:
    client = clients[index]
    while (ended := query(client)) < end:
      counts[index] += ended >= begin

  threads = [threading.Thread(target=loop, args=(index,)) for index in range(len(clients))]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  return sum(counts)


DESCRIPTOR = flight.FlightDescriptor.for_command(Command.query("SELECT 42"))


def query(client: flight.FlightClient) -> float:
  """One query, start to end; the time when it was answered."""
  info = client.get_flight_info(DESCRIPTOR)
  client.do_get(info.endpoints[0].ticket).read_all()
  return time.monotonic()
