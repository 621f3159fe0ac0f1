"""What a server holds on to."""

from __future__ import annotations

import dataclasses
import os
import time
from dataclasses import dataclass
from pathlib import Path

from Soak.site import Site
from Soak.storage import byte_count
from support.server import Server, eventually

# How long a server may take to let go of what its clients left behind, beyond a session's idle time.
REST_SECONDS = 30

# Above the level after the warm-up.
DESCRIPTOR_TOLERANCE = 4
THREAD_TOLERANCE = 4
RESIDENT_TOLERANCE_MIB = 100

MIB = 1 << 20


@dataclass
class Observation:
  resident_mib: float
  peak_mib: float
  descriptor_count: int
  # Temporary files without a name that are still open.
  nameless_count: int
  thread_count: int
  # DuckDB's connections: every session that has run anything has one or more; on a lake DuckLake's
  # own come on top, of which it leaks one with many a failed commit.
  connection_count: int
  duckdb_mib: float
  temporary_bytes: int
  data_bytes: int

  @classmethod
  def of(cls, site: Site, server: Server) -> Observation:
    with site.raw() as raw:
      ((connections,),) = raw.rows("SELECT count FROM duckdb_connection_count()")
      ((memory,),) = raw.rows("SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()")
      files = open_files(server)
      return cls(
        resident_mib=server.resident_mib(),
        peak_mib=server.peak_resident_mib(),
        descriptor_count=len(files),
        nameless_count=sum(path.endswith("(deleted)") for path in files),
        thread_count=len(os.listdir(f"/proc/{server.pid}/task")),
        connection_count=connections,
        duckdb_mib=memory / MIB,
        temporary_bytes=byte_count(site.storage.temporary_folder),
        data_bytes=site.storage.byte_count(),
      )

  def leaks(self, rested: Observation) -> list[str]:
    """What has grown since a server was at rest, memory aside: that takes several looks."""
    wrong = []
    for name, found, allowed in (
      ("file descriptors", self.descriptor_count, rested.descriptor_count + DESCRIPTOR_TOLERANCE),
      ("threads", self.thread_count, rested.thread_count + THREAD_TOLERANCE),
      ("connections to DuckDB", self.connection_count, rested.connection_count),
      ("nameless files", self.nameless_count, 0),
      ("bytes in temporary files", self.temporary_bytes, 0),
    ):
      if found > allowed:
        wrong.append(f"{found} {name} at rest, where {allowed} may be")
    return wrong


def open_files(server: Server) -> list[str]:
  """Where its file descriptors lead, but for the three that it was started with."""
  found = []
  for descriptor in Path(f"/proc/{server.pid}/fd").iterdir():
    if descriptor.name in ("0", "1", "2"):
      continue
    try:
      found.append(os.readlink(descriptor))
    except FileNotFoundError:
      continue
  return found


def at_rest(
  site: Site, server: Server, idle_seconds: float, quiet_seconds: float,
  rested: Observation | None,
) -> Observation:
  """The server once it has let go of its clients, or as it is when it doesn't.

  Without a level to come back to that is when the number of DuckDB's connections, then the
  number of open files is that of an idle server.
  """
  seen: list[Observation] = []

  def is_resting() -> bool:
    seen[:] = [Observation.of(site, server)]
    if rested:
      # Temporary files are looked at when nobody has asked anything for a while.
      return not dataclasses.replace(seen[0], temporary_bytes=0).leaks(rested)
    return seen[0].connection_count == 1 and not seen[0].nameless_count

  eventually(is_resting, idle_seconds + REST_SECONDS, interval_seconds=0.2)
  # It gives memory back when nobody asks it anything, and brings a catalog up to date whose rows may
  # have been spilled. So there is no event to wait for.
  time.sleep(quiet_seconds)
  return dataclasses.replace(
    seen[0],
    resident_mib=server.resident_mib(),
    temporary_bytes=byte_count(site.storage.temporary_folder),
  )
