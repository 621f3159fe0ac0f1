"""A peer as a child process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Peer:
  """One of the programs in `peers/`; a context manager that ends it."""

  def __init__(self, program: str, *arguments: str):
    path = Path(__file__).parent / "peers" / f"{program}.py"
    self.process = subprocess.Popen(
      [sys.executable, str(path), *arguments], stdout=subprocess.PIPE, text=True
    )
    line = self.process.stdout.readline()
    if not line:
      raise RuntimeError(f"the peer {program} ended with code {self.process.wait()}")
    self.port = int(line)

  @property
  def uri(self) -> str:
    return f"grpc://127.0.0.1:{self.port}"

  def __enter__(self) -> Peer:
    return self

  def __exit__(self, *_) -> None:
    self.process.terminate()
    self.process.wait()
    self.process.stdout.close()
