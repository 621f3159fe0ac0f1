"""Loads a server for long and kills it at random, and says whether it held.

    python -m Soak [--minutes N] [--crashes N] [--storage KIND] [--seed N]

Run from Tests/. docs/robustness.md says what is checked.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from Soak import report
from Soak.crash import CrashRun
from Soak.soak import Plan, Soak
from Soak.storage import KINDS, USUAL_KINDS, opened


def parse_arguments() -> argparse.Namespace:
  parser = argparse.ArgumentParser(prog="python -m Soak", description=__doc__.split("\n")[0])
  parser.add_argument("--minutes", type=float, default=0, help="length of the soak (none)")
  parser.add_argument("--crashes", type=int, default=0, help="how often to kill the server (never)")
  parser.add_argument(
    "--storage", choices=KINDS, action="append", help="where the tables are (file, then lake)"
  )
  parser.add_argument("--seed", type=int, help="what the clients choose follows from it (random)")
  parser.add_argument("--epoch-seconds", type=float, default=60, help="between comparisons (60)")
  parser.add_argument(
    "--restarting-share", type=float, default=0.2, help="of the time, for restarts (0.2)"
  )
  parser.add_argument("--crew", type=int, default=1, help="clients of each kind (1)")
  parser.add_argument("--login", metavar="USER:PASSWORD", help="who the clients are")
  parser.add_argument(
    "--serve", action="append", default=[], metavar="FLAG", help="a further flag of the server"
  )
  parser.add_argument("--folder", type=Path, help="keep the data there (a temporary folder)")
  arguments = parser.parse_args()
  if not arguments.minutes and not arguments.crashes:
    parser.error("nothing to do: give --minutes or --crashes")
  return arguments


def ignore_driver_noise(unraisable) -> None:
  """ADBC counts wrongly when it closes a statement whose server is gone, and says so each time."""
  if "Underflow" not in str(unraisable.exc_value):
    sys.__unraisablehook__(unraisable)


def main() -> int:
  sys.unraisablehook = ignore_driver_noise
  arguments = parse_arguments()
  seed = random.randrange(1 << 32) if arguments.seed is None else arguments.seed
  complaint_count = 0
  with tempfile.TemporaryDirectory(prefix="lakehouse-soak-") as temporary:
    folder = (arguments.folder or Path(temporary)).resolve()
    for kind in arguments.storage or USUAL_KINDS:
      if arguments.minutes:
        with opened(kind, folder / f"soak-{kind}") as storage:
          run = Soak(
            storage,
            Plan(
              seconds=arguments.minutes * 60,
              seed=seed,
              epoch_seconds=arguments.epoch_seconds,
              restarting_share=arguments.restarting_share,
              crew_size=arguments.crew,
              login=tuple(arguments.login.split(":", 1)) if arguments.login else None,
              server_arguments=tuple(arguments.serve),
            ),
          )
          run.run()
        print(report.soak(run), end="\n\n", flush=True)
        complaint_count += run.site.tally.complaint_count
      if arguments.crashes:
        with opened(kind, folder / f"crash-{kind}") as storage:
          crashes = CrashRun(storage, arguments.crashes, seed)
          crashes.run()
        print(report.crash(crashes), end="\n\n", flush=True)
        complaint_count += crashes.site.tally.complaint_count
  return min(complaint_count, 1)


if __name__ == "__main__":
  sys.exit(main())
