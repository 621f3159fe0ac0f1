"""A short soak: mixed clients, disturbances and restarts. docs/robustness.md tells of longer ones."""

from __future__ import annotations

import pytest

from Soak import report
from Soak.soak import Plan, Soak
from Soak.storage import Storage

PLAN = Plan(
  seconds=18, seed=8, epoch_seconds=4, restarting_share=0.45, session_idle_seconds=5,
  quiet_seconds=0,
)


@pytest.mark.filterwarnings("ignore")
def test_nothing_leaks_and_nothing_is_lost_under_mixed_load(tmp_path):
  run = Soak(Storage("file", tmp_path), PLAN)
  run.run()
  assert run.complaints == [], report.soak(run)
  assert [epoch.name for epoch in run.epochs] == ["warm-up", "1", "restarts"]
  assert run.restart_count >= 2
  assert run.confirmed_count > 100, report.soak(run)
  ended = {outcome for _, outcome in run.site.tally.counts}
  assert {"OK", "CANCELLED", "INVALID_ARGUMENT", "UNAVAILABLE"} <= ended, report.soak(run)
