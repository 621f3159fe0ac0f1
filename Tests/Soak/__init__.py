"""Loads a server for long, kills it at random, fills its disk, and compares what it then holds with
what it has acknowledged. The clients' tests and their support modules are used here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))
