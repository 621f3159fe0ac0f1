"""What every measure is given."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from Benchmarks.dataset import Dataset
from support.server import Server


@dataclass
class Setting:
  binary: Path
  dataset: Dataset
  runs: int
  seconds: float

  def lakehouse(self, *arguments: str) -> Server:
    return Server(*arguments, binary=self.binary)


def alternating(
  runs: int, subjects: dict[str, Callable[[], float]], warm_ups: int = 1
) -> dict[str, list[float]]:
  """Runs the subjects in turns (A B C, B C A, C A B …), so that a noisy minute hits all of them."""
  names = list(subjects)
  figures: dict[str, list[float]] = {name: [] for name in names}
  for run in range(-warm_ups, runs):
    turn = run % len(names)
    for name in itertools.chain(names[turn:], names[:turn]):
      figure = subjects[name]()
      if run >= 0:
        figures[name].append(figure)
  return figures
