"""Compares Lakehouse with what it could be at best, side by side in one run.

    python -m Benchmarks [MEASURE ...] [--runs N] [--json FILE]

See README.md beside this file for what is measured and how.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from support.server import binary_path

from Benchmarks import report
from Benchmarks.dataset import Dataset
from Benchmarks.measures import ingest, lake, memory, small, start, stream, tls, tpch
from Benchmarks.setting import Setting

MEASURES = {
  "stream": stream.measure,
  "tls": tls.measure,
  "tpch": tpch.measure,
  "small": small.measure,
  "ingest": ingest.measure,
  "lake": lake.measure,
  "memory": memory.measure,
  "start": start.measure,
}


def cache_folder() -> Path:
  """Outside the checkout, so that a new clone finds what an old one has made."""
  return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lakehouse"


def parse_arguments() -> argparse.Namespace:
  parser = argparse.ArgumentParser(prog="python -m Benchmarks", description=__doc__.split("\n")[0])
  parser.add_argument(
    "measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; all if none"
  )
  parser.add_argument("--runs", type=int, default=5, help="timed runs of each measure (5)")
  parser.add_argument(
    "--seconds", type=float, default=2, help="length of one run of small queries (2)"
  )
  parser.add_argument("--scale", type=float, default=1, help="TPC-H's scale factor (1)")
  parser.add_argument(
    "--data", type=Path, default=cache_folder(), help="where the data is kept (%(default)s)"
  )
  parser.add_argument("--binary", type=Path, help="the server (the newest build)")
  parser.add_argument("--json", type=Path, help="write every single figure to this file too")
  arguments = parser.parse_args()
  if unknown := set(arguments.measures) - set(MEASURES):
    parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
  if arguments.runs < 1:
    parser.error("--runs must be at least 1")
  return arguments


def main() -> None:
  arguments = parse_arguments()
  setting = Setting(
    binary=arguments.binary or binary_path(),
    dataset=Dataset(arguments.data, arguments.scale),
    runs=arguments.runs,
    seconds=arguments.seconds,
  )
  rows = []
  for name in arguments.measures or MEASURES:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    rows += MEASURES[name](setting)
  print(report.markdown(rows, setting))
  if arguments.json:
    arguments.json.write_text(report.json_text(rows, setting))


if __name__ == "__main__":
  main()
