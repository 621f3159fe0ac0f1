"""A server under mixed load for a long time, then restarted again and again under it."""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import time
from dataclasses import dataclass, field

from Soak.observation import RESIDENT_TOLERANCE_MIB, Observation, at_rest
from Soak.site import Site
from Soak.storage import Storage, byte_count, fixed_port
from Soak.workers import DISTURBING, READING, WRITING, Worker
from support.server import Server, ServerError

# A worker that goes on for longer after it was told to stop hangs in a call.
STOP_SECONDS = 90
SHUTDOWN_GRACE_SECONDS = 3
RESTART_PAUSE_SECONDS = (1, 6)

# Less than the largest sorts take, so that DuckDB spills.
INITIAL_SQL = "SET GLOBAL memory_limit = '256MB'"


@dataclass
class Plan:
  seconds: float
  seed: int
  epoch_seconds: float = 60
  # Of the time, at the end.
  restarting_share: float = 0.2
  # Clients of each kind at a time.
  crew_size: int = 1
  session_idle_seconds: int = 10
  # At rest, before memory is read: sessions expire, and a server gives back what it has kept.
  quiet_seconds: float = 25
  login: tuple[str, str] | None = None
  server_arguments: tuple[str, ...] = ()


@dataclass
class Epoch:
  name: str
  seconds: float
  operation_count: int
  failure_count: int
  observation: Observation


@dataclass
class Soak:
  storage: Storage
  plan: Plan
  epochs: list[Epoch] = field(default_factory=list)
  confirmed_count: int = 0
  restart_count: int = 0
  longest_stop_seconds: float = 0

  def __post_init__(self):
    self.random = random.Random(self.plan.seed)
    self.site = Site(self.storage, fixed_port(self.random), login=self.plan.login)
    self.numbers = itertools.count(1)
    self.began_at = time.monotonic()

  @property
  def complaints(self) -> list[str]:
    return self.site.tally.complaints

  def run(self) -> None:
    self.server = self.start()
    try:
      self.site.create_tables()
      calm_seconds = self.plan.seconds * (1 - self.plan.restarting_share)
      epoch_count = max(2, round(calm_seconds / self.plan.epoch_seconds))
      rested = None
      for number in range(epoch_count):
        name = str(number) if number else "warm-up"
        rested = self.epoch(name, calm_seconds / epoch_count, rested, self.calm)
      self.judge_memory()
      if self.plan.restarting_share:
        seconds = self.plan.seconds * self.plan.restarting_share
        self.epoch("restarts", seconds, rested, self.restarting)
      self.stop_server()
    except Exception as error:
      # Whatever it is, what was seen until then is worth a report.
      self.site.tally.complain(f"the run ended early: {error!r}\n{self.server.stderr[-4000:]}")
    finally:
      self.site.stopping.set()
      self.server.kill()

  def start(self) -> Server:
    return self.storage.start(
      "--session-idle-seconds", str(self.plan.session_idle_seconds),
      "--shutdown-grace-seconds", str(SHUTDOWN_GRACE_SECONDS),
      *self.plan.server_arguments,
      port=self.site.port, initial_sql=INITIAL_SQL,
    )

  def stop_server(self) -> None:
    began = time.monotonic()
    code = self.server.stop(SHUTDOWN_GRACE_SECONDS + 30)
    self.longest_stop_seconds = max(self.longest_stop_seconds, time.monotonic() - began)
    if code != 0:
      self.site.tally.complain(f"the server ended with {code}\n{self.server.stderr[-4000:]}")
    if left := byte_count(self.storage.temporary_folder):
      self.site.tally.complain(f"{left} bytes of temporary files are left after a clean end")

  def epoch(self, name: str, seconds: float, rested: Observation | None, load) -> Observation:
    """Load for some time, then a look at the tables and at the server at rest."""
    tally = self.site.tally
    began = time.monotonic()
    operations, failures = tally.operation_count, tally.failure_count
    self.server.reset_peak()
    workers = self.hire()
    try:
      load(seconds)
    finally:
      self.dismiss(workers)
      self.site.is_restarting = False
    for text in self.site.compare():
      tally.complain(f"epoch {name}: {text}")
    self.confirmed_count += self.site.ledger.confirmed_count
    plan = self.plan
    seen = at_rest(
      self.site, self.server, plan.session_idle_seconds, plan.quiet_seconds, rested
    )
    for text in [*(seen.leaks(rested) if rested else []), *self.site.empty_tables()]:
      # DuckLake keeps one of each commit that fails because another server was first.
      if self.storage.server_count == 1 or "connections to DuckDB" not in text:
        tally.complain(f"epoch {name}: {text}")
    self.epochs.append(Epoch(
      name, time.monotonic() - began, tally.operation_count - operations,
      tally.failure_count - failures, seen,
    ))
    self.say(f"epoch {name}: {self.epochs[-1].operation_count} operations, "
             f"{seen.resident_mib:.0f} MiB, {tally.complaint_count} complaints")
    return rested or seen

  def hire(self) -> list[Worker]:
    self.site.stopping.clear()
    kinds = [*WRITING, *READING, *DISTURBING] * self.plan.crew_size
    workers = [kind(self.site, next(self.numbers), self.plan.seed) for kind in kinds]
    for worker in workers:
      worker.start()
    return workers

  def dismiss(self, workers: list[Worker]) -> None:
    self.site.stopping.set()
    deadline = time.monotonic() + STOP_SECONDS
    for worker in workers:
      worker.join(max(0, deadline - time.monotonic()))
    if late := [worker.name for worker in workers if worker.is_alive()]:
      raise ServerError(f"calls hang: {', '.join(late)}")

  def calm(self, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
      time.sleep(min(left, 1))
      if (code := self.server.process.poll()) is not None:
        raise ServerError(f"the server died: {code}\n{self.server.stderr[-4000:]}")

  def restarting(self, seconds: float) -> None:
    """SIGTERM under load, and a new start; twice at least."""
    self.site.is_restarting = True
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or self.restart_count < 2:
      self.calm(self.random.uniform(*RESTART_PAUSE_SECONDS))
      self.stop_server()
      self.server = self.start()
      self.restart_count += 1

  def judge_memory(self) -> None:
    """Memory at rest stays at a level: that of the first third after the warm-up."""
    levels = [epoch.observation.resident_mib for epoch in self.epochs[1:]]
    third = max(1, len(levels) // 3)
    before = statistics.median(levels[:third])
    after = statistics.median(levels[-third:])
    if after > before + RESIDENT_TOLERANCE_MIB:
      self.site.tally.complain(
        f"memory at rest grew from {before:.0f} to {after:.0f} MiB "
        f"(tolerance {RESIDENT_TOLERANCE_MIB})"
      )

  def say(self, text: str) -> None:
    print(f"[{time.monotonic() - self.began_at:6.0f} s] {text}", file=sys.stderr, flush=True)
