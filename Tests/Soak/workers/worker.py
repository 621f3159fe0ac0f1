"""A client in a thread of its own."""

from __future__ import annotations

import contextlib
import random
import threading
import traceback
from collections.abc import Iterator

from Soak.ledger import Batch
from Soak.site import Site
from Soak.tally import CERTAIN, CLIENT_ERRORS, GONE, code, first_error

# After a failed call, so that a server that is away isn't asked without end.
PAUSE_SECONDS = 0.05


class Worker(threading.Thread):
  """Takes turns until the run stops. What it chooses follows from its seed."""

  # Statuses that its calls may end with while the server runs.
  expected: frozenset[str] = frozenset()
  # Those that tell of a server that goes away.
  expected_while_restarting: frozenset[str] = frozenset(GONE)

  def __init__(self, site: Site, number: int, seed: int):
    super().__init__(name=f"{type(self).__name__} {number}", daemon=True)
    self.site = site
    self.number = number
    self.random = random.Random(f"{seed}/{number}/{type(self).__name__}")

  def run(self) -> None:
    try:
      while not self.site.stopping.is_set():
        try:
          self.turn()
        except CLIENT_ERRORS:
          # Counted by `operation` where it happened; the client isn't trusted after that.
          self.disconnect()
          self.site.stopping.wait(PAUSE_SECONDS)
    except Exception:
      self.site.tally.complain(f"{self.name}: {traceback.format_exc()}")
    finally:
      self.disconnect()

  def turn(self) -> None:
    raise NotImplementedError

  def disconnect(self) -> None:
    """Closes what `turn` has opened; it may open it again."""

  def complain(self, text: str) -> None:
    self.site.tally.complain(f"{self.name}: {text}")

  @contextlib.contextmanager
  def operation(self, name: str, *expected: str, batch: Batch | None = None) -> Iterator[None]:
    """Counts how it ends, and settles the batch that it writes and commits.

    An error passes through. One that was not to be expected is a complaint.
    """
    try:
      yield
    except CLIENT_ERRORS as last:
      error = first_error(last)
      outcome = code(error)
      self.site.tally.count(name, outcome)
      if batch and outcome in CERTAIN:
        batch.refuse()
      allowed = self.expected | set(expected)
      if self.site.is_restarting:
        allowed |= self.expected_while_restarting
      if outcome not in allowed:
        self.complain(f"{name} ended with {outcome}: {str(error)[:1000]}")
      raise
    else:
      if batch:
        batch.acknowledge()
      self.site.tally.count(name)


def close_quietly(client) -> None:
  """Closes a client that may already have lost its server."""
  if client is not None:
    with contextlib.suppress(*CLIENT_ERRORS):
      client.close()
