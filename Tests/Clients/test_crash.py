"""Servers that are killed while they write. docs/robustness.md tells of longer runs."""

from __future__ import annotations

import pytest

from Soak import report
from Soak.crash import CrashRun
from Soak.storage import Storage


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["file", "lake"])
def test_what_was_acknowledged_survives_kills_and_nothing_is_there_in_part(kind: str, tmp_path):
  run = CrashRun(Storage(kind, tmp_path), count=6, seed=8)
  run.run()
  assert run.complaints == [], report.crash(run)
  assert run.crash_count == 6
  assert run.confirmed_count >= 6, "each server had acknowledged something"
