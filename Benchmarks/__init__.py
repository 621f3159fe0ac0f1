"""Compares Lakehouse with what it could be at best. The tests' clients are the benchmarks' too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Clients"))
