"""Kills a server that writes, again and again, and looks what the next one finds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass

from Soak.site import Site
from Soak.soak import STOP_SECONDS
from Soak.storage import Storage, fixed_port
from Soak.workers import WRITING
from Soak.workers.worker import Worker
from support.server import Server, binary_path, clean_environment, eventually

# How long writers are left alone after the first of them was told that its rows are kept.
LIFE_SECONDS = (0.0, 0.6)
# Starts are killed too, one in so many, while they recover.
STARTS_PER_KILLED_START = 4
STARTUP_SECONDS = (0.0, 0.08)
ROUNDS_PER_BOOK = 20


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
    self.site = Site(self.storage, fixed_port(self.random))
    self.site.is_restarting = True

  @property
  def complaints(self) -> list[str]:
    return self.site.tally.complaints

  def run(self) -> None:
    began = time.monotonic()
    server = self.storage.start(port=self.site.port)
    try:
      self.site.create_tables()
      for number in range(1, self.count + 1):
        self.crash(server, number)
        server = self.recover()
        self.complain_of(number, self.site.compare())
        if number % ROUNDS_PER_BOOK == 0 or number == self.count:
          self.confirmed_count += self.site.ledger.confirmed_count
          self.complain_of(number, self.site.empty_tables())
          print(f"{number} crashes, {self.site.tally.complaint_count} complaints", file=sys.stderr)
      self.uncertain_count = self.site.ledger.resolved_count
      if (code := server.stop()) != 0:
        self.site.tally.complain(f"the last server ended with {code}\n{server.stderr}")
    finally:
      self.site.stopping.set()
      server.kill()
      self.seconds = time.monotonic() - began

  def complain_of(self, number: int, texts: list[str]) -> None:
    for text in texts:
      self.site.tally.complain(f"crash {number} of seed {self.seed}: {text}")

  def crash(self, server: Server, number: int) -> None:
    self.site.stopping.clear()
    acknowledged = self.site.ledger.acknowledged_count
    workers: list[Worker] = [
      kind(self.site, number * 100 + index, self.seed) for index, kind in enumerate(WRITING)
    ]
    for worker in workers:
      worker.start()
    is_writing = eventually(
      lambda: self.site.ledger.acknowledged_count > acknowledged, STOP_SECONDS
    )
    time.sleep(self.random.uniform(*LIFE_SECONDS))
    server.kill()
    self.crash_count += 1
    self.site.stopping.set()
    for worker in workers:
      worker.join(STOP_SECONDS)
    self.complain_of(number, [f"{w.name} hangs" for w in workers if w.is_alive()])
    if not is_writing:
      self.complain_of(number, [f"nothing was acknowledged\n{server.stderr[-2000:]}"])

  def recover(self) -> Server:
    """A new start, now and then after one that was killed on its way."""
    command = [str(binary_path()), "serve", "--port", str(self.site.port),
               *self.storage.arguments()]
    while self.random.randrange(STARTS_PER_KILLED_START) == 0:
      process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=clean_environment(),
      )
      time.sleep(self.random.uniform(*STARTUP_SECONDS))
      process.kill()
      process.wait()
      self.killed_start_count += 1
    return self.storage.start(port=self.site.port)
