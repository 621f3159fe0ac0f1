"""Kills servers that write, again and again, and looks what the next ones find."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass

from Soak.site import Site
from Soak.soak import STOP_SECONDS
from Soak.storage import Storage, fixed_port
from Soak.workers import READING_AT_SEVERAL, WRITING
from Soak.workers.worker import Worker
from support.server import Server, binary_path, clean_environment, eventually

# How long writers are left alone after the first of them was told that its rows are kept.
LIFE_SECONDS = (0.0, 0.6)
# Starts are killed too, one in so many, while they recover.
STARTS_PER_KILLED_START = 4
STARTUP_SECONDS = (0.0, 0.08)
ROUNDS_PER_BOOK = 20
# Of several servers one is killed, and all of them one time in so many.
ROUNDS_PER_COMMON_CRASH = 4


@dataclass
class CrashRun:
  storage: Storage
  count: int
  seed: int
  crash_count: int = 0
  killed_start_count: int = 0
  confirmed_count: int = 0
  uncertain_count: int = 0
  seconds: float = 0

  def __post_init__(self):
    self.random = random.Random(self.seed)
    ports = [fixed_port(self.random) for _ in range(self.storage.server_count)]
    self.site = Site(self.storage, *ports)
    self.site.is_restarting = True

  @property
  def complaints(self) -> list[str]:
    return self.site.tally.complaints

  def run(self) -> None:
    began = time.monotonic()
    servers = [self.storage.start(port=port) for port in self.site.ports]
    try:
      self.site.create_tables()
      for number in range(1, self.count + 1):
        self.crash(servers, number)
        servers = [server if is_alive(server) else self.recover(server.port) for server in servers]
        self.complain_of(number, self.site.compare())
        if number % ROUNDS_PER_BOOK == 0 or number == self.count:
          self.confirmed_count += self.site.ledger.confirmed_count
          self.complain_of(number, self.site.empty_tables())
          print(f"{number} crashes, {self.site.tally.complaint_count} complaints", file=sys.stderr)
      self.uncertain_count = self.site.ledger.resolved_count
      for server in servers:
        if (code := server.stop()) != 0:
          self.site.tally.complain(f"a last server ended with {code}\n{server.stderr}")
    finally:
      self.site.stopping.set()
      for server in servers:
        server.kill()
      self.seconds = time.monotonic() - began

  def complain_of(self, number: int, texts: list[str]) -> None:
    for text in texts:
      self.site.tally.complain(f"crash {number} of seed {self.seed}: {text}")

  def crash(self, servers: list[Server], number: int) -> None:
    self.site.stopping.clear()
    # Where several servers share the tables, readers compare what they get from each.
    kinds = WRITING if len(servers) == 1 else [*WRITING, *READING_AT_SEVERAL]
    workers: list[Worker] = [
      kind(self.site, number * 100 + index, self.seed) for index, kind in enumerate(kinds)
    ]
    acknowledged = self.site.ledger.acknowledged_count
    for worker in workers:
      worker.start()
    if not self.has_written_since(acknowledged):
      self.complain_of(number, [f"nothing was acknowledged\n{servers[0].stderr[-2000:]}"])
    time.sleep(self.random.uniform(*LIFE_SECONDS))
    victims = self.victims(servers)
    for server in victims:
      server.kill()
      self.crash_count += 1
    if any(is_alive(server) for server in servers):
      acknowledged = self.site.ledger.acknowledged_count
      if not self.has_written_since(acknowledged):
        self.complain_of(number, ["the server that is left acknowledges nothing"])
    self.site.stopping.set()
    for worker in workers:
      worker.join(STOP_SECONDS)
    self.complain_of(number, [f"{w.name} hangs" for w in workers if w.is_alive()])
    for server in servers:
      if server not in victims and not is_alive(server):
        self.complain_of(number, [f"a server died by itself\n{server.stderr[-2000:]}"])

  def victims(self, servers: list[Server]) -> list[Server]:
    if len(servers) == 1 or self.random.randrange(ROUNDS_PER_COMMON_CRASH) == 0:
      return servers
    return [self.random.choice(servers)]

  def has_written_since(self, acknowledged: int) -> bool:
    return eventually(
      lambda: self.site.ledger.acknowledged_count > acknowledged, STOP_SECONDS
    )

  def recover(self, port: int) -> Server:
    """A new start, now and then after one that was killed on its way."""
    command = [str(binary_path()), "serve", "--port", str(port), *self.storage.arguments()]
    while self.random.randrange(STARTS_PER_KILLED_START) == 0:
      process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=clean_environment(**self.storage.environment),
      )
      time.sleep(self.random.uniform(*STARTUP_SECONDS))
      process.kill()
      process.wait()
      self.killed_start_count += 1
    return self.storage.start(port=port)


def is_alive(server: Server) -> bool:
  return server.process.poll() is None
