"""Compares Lakehouse with what it could be at best, side by side in one run.

    python Benchmarks [MEASURE ...] [--runs N] [--json FILE]

See README.md beside this file for what is measured and how.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))

import report  # noqa: E402
from dataset import Dataset  # noqa: E402
from measures import memory, small, start, stream, tpch  # noqa: E402
from setting import Setting  # noqa: E402
from support.server import binary_path  # noqa: E402

MEASURES = {
  "stream": stream.measure,
  "tpch": tpch.measure,
  "small": small.measure,
  "memory": memory.measure,
  "start": start.measure,
}


def parse_arguments() -> argparse.Namespace:
  parser = argparse.ArgumentParser(prog="python Benchmarks", description=__doc__.split("\n")[0])
  parser.add_argument(
    "measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; all if none"
  )
  parser.add_argument("--runs", type=int, default=5, help="timed runs of each measure (5)")
  parser.add_argument(
    "--seconds", type=float, default=2, help="length of one run of small queries (2)"
  )
  parser.add_argument("--scale", type=float, default=1, help="TPC-H's scale factor (1)")
  parser.add_argument(
    "--data", type=Path, default=ROOT / ".build" / "bench", help="where the data is kept"
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
