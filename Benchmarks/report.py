"""Figures as a table."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import adbc_driver_flightsql
import duckdb
import pyarrow

from Benchmarks.setting import Setting


@dataclass
class Row:
  """One measure: the server's figures, the reference's, and what was to be reached.

  With a reference the target is for the ratio of the medians, without one for the median itself.
  """

  measure: str
  unit: str
  ours: list[float]
  reference: list[float] = field(default_factory=list)
  reference_name: str = ""
  at_least: float | None = None
  at_most: float | None = None

  @property
  def ratio(self) -> float | None:
    if not self.reference:
      return None
    return statistics.median(self.ours) / statistics.median(self.reference)

  @property
  def judged(self) -> float:
    return statistics.median(self.ours) if self.ratio is None else self.ratio

  @property
  def passed(self) -> bool | None:
    """Whether the target was reached; None where there is none."""
    if self.at_least is not None:
      return self.judged >= self.at_least
    if self.at_most is not None:
      return self.judged <= self.at_most
    return None

  @property
  def target(self) -> str:
    if self.at_least is not None:
      return f"≥ {self.at_least:g}"
    return "" if self.at_most is None else f"≤ {self.at_most:g}"


def number(value: float) -> str:
  if value >= 1000:
    return f"{value:,.0f}"
  return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def figures(values: list[float], unit: str) -> str:
  """The median, and how far single runs were from it."""
  if not values:
    return ""
  text = f"{number(statistics.median(values))} {unit}"
  if len(values) > 1:
    text += f" ({number(min(values))}–{number(max(values))})"
  return text


def machine() -> str:
  info = Path("/proc/cpuinfo").read_text().splitlines()
  model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "")
  memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
  return f"{os.cpu_count()} cores {model or platform.machine()}, {memory:.0f} GiB of memory"


def versions() -> dict[str, str]:
  return {
    "DuckDB": duckdb.__version__,
    "Arrow C++": pyarrow.__version__,
    "ADBC": adbc_driver_flightsql.__version__,
    "Linux": platform.release(),
  }


def markdown(rows: list[Row], setting: Setting) -> str:
  lines = [
    f"{datetime.date.today()}, {machine()}, "
    + ", ".join(f"{name} {version}" for name, version in versions().items())
    + f"; TPC-H scale {setting.dataset.scale:g}; medians of {setting.runs} (lowest–highest).",
    "",
    "| measure | Lakehouse | reference | | ratio | target | reached |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ]
  for row in rows:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    reached = {True: "yes", False: "**no**", None: ""}[row.passed]
    cells = [
      row.measure, figures(row.ours, row.unit), figures(row.reference, row.unit),
      row.reference_name, ratio, row.target, reached,
    ]
    lines.append(f"| {' | '.join(cells)} |")
  return "\n".join(lines)


def json_text(rows: list[Row], setting: Setting) -> str:
  content = {
    "date": datetime.date.today().isoformat(),
    "machine": machine(),
    "versions": versions(),
    "scale": setting.dataset.scale,
    "runs": setting.runs,
    "rows": [
      row.__dict__ | {"ratio": row.ratio, "target": row.target, "passed": row.passed}
      for row in rows
    ],
  }
  return json.dumps(content, indent=2)
