"""What a run has found, as tables."""

from __future__ import annotations

import collections
import datetime
import os
import platform
from pathlib import Path

from Soak.crash import CrashRun
from Soak.observation import MIB
from Soak.soak import Soak
from Soak.tally import Tally


def machine() -> str:
  info = Path("/proc/cpuinfo").read_text().splitlines()
  model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "")
  memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
  return f"{os.cpu_count()} cores {model or platform.machine()}, {memory:.0f} GiB of memory"


def verdict(complaint_count: int, complaints: list[str]) -> list[str]:
  if not complaint_count:
    return ["", "Verdict: nothing to complain of."]
  return ["", f"Verdict: {complaint_count} complaints.", *(f"- {text}" for text in complaints[:50])]


def table(names: list[str], rows: list[list]) -> list[str]:
  lines = [names, ["---"] * len(names), *rows]
  return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]


def operations(tally: Tally) -> list[str]:
  """How often what was done, and how it ended."""
  by_operation = collections.defaultdict(list)
  for (name, outcome), count in sorted(tally.counts.items()):
    by_operation[name].append(f"{outcome} {count:,}")
  return table(
    ["operation", "outcomes"],
    [[name, ", ".join(outcomes)] for name, outcomes in by_operation.items()],
  )


def soak(run: Soak) -> str:
  plan = run.plan
  rows = []
  for epoch in run.epochs:
    seen = epoch.observation
    rows.append([
      epoch.name, f"{epoch.seconds:.0f}", f"{epoch.operation_count:,}", f"{epoch.failure_count:,}",
      f"{seen.resident_mib:.0f}", f"{seen.peak_mib:.0f}", f"{seen.duckdb_mib:.0f}",
      seen.descriptor_count, seen.thread_count, seen.connection_count,
      seen.temporary_bytes, f"{seen.data_bytes / MIB:.1f}",
    ])
  return "\n".join([
    f"Soak of {plan.seconds / 60:.1f} minutes on a {run.storage.kind}, seed {plan.seed}; "
    f"{datetime.date.today()}, {machine()}. {run.confirmed_count:,} batches compared, "
    f"{run.restart_count} restarts under load, {run.longest_stop_seconds:.1f} s for the longest "
    "end.",
    "",
    *table(
      ["epoch", "s", "operations", "errors", "RSS MiB", "peak MiB", "DuckDB MiB", "fds",
       "threads", "connections", "temporary bytes", "data MiB"],
      rows,
    ),
    "",
    *operations(run.site.tally),
    *verdict(run.site.tally.complaint_count, run.complaints),
  ])


def crash(run: CrashRun) -> str:
  return "\n".join([
    f"{run.crash_count} crashes on a {run.storage.kind} with {run.storage.server_count} at work, seed {run.seed}, {run.seconds:.0f} s; "
    f"{run.killed_start_count} more while starting; {run.confirmed_count:,} batches found whole, "
    f"{run.uncertain_count:,} were under way.",
    "",
    *operations(run.site.tally),
    *verdict(run.site.tally.complaint_count, run.complaints),
  ])
