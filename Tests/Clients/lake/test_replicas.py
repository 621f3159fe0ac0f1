"""Two servers on one lake, killed at random. docs/robustness.md tells of longer runs."""

from __future__ import annotations

import pytest

from Soak import report
from Soak.crash import CrashRun
from Soak.storage import Storage


@pytest.mark.filterwarnings("ignore")
def test_two_servers_lose_nothing_and_read_nothing_wrong_when_killed(cluster, database, tmp_path):
  run = CrashRun(Storage("postgres-lake", tmp_path, cluster, database), count=6, seed=8)
  run.run()
  assert run.complaints == [], report.crash(run)
  assert run.crash_count >= 6
  assert run.confirmed_count >= 6, report.crash(run)
  counts = run.site.tally.counts
  assert counts["fetch elsewhere", "OK"] > 0, "tickets of one server were served by the other"
  assert counts["audit", "OK"] > 0 and counts["transfer", "OK"] > 0, report.crash(run)
