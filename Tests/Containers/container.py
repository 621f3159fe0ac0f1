"""Containers of the image under test, run as strictly as a cluster would."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from support.server import READY_LINE, eventually

IMAGE = os.environ.get("LAKEHOUSE_IMAGE", "localhost/lakehouse")
STRICT = ["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges"]


def podman(*arguments: str, timeout_seconds: float = 60) -> str:
  """What podman prints; an error shows what it says."""
  done = subprocess.run(
    ["podman", *arguments], capture_output=True, text=True, timeout=timeout_seconds
  )
  assert done.returncode == 0, f"podman {' '.join(arguments)}\n{done.stdout}{done.stderr}"
  return done.stdout.strip()


class Container:
  """A running server. A context manager that removes it in the end, whatever has happened."""

  def __init__(
    self, *options: str, image: str = IMAGE, command: tuple[str, ...] = (), **settings: str
  ):
    variables = [f"--env=LAKEHOUSE_{name.upper()}={value}" for name, value in settings.items()]
    ports = [] if "--network" in options else [
      "--publish=127.0.0.1::31337", "--publish=127.0.0.1::8080", "--publish=127.0.0.1::8081",
    ]
    self.id = podman(
      "run", "--detach", "--pull=never", *STRICT, *ports, *variables, *options, image, *command
    )

  def __enter__(self) -> Container:
    return self

  def __exit__(self, *error) -> None:
    podman("rm", "--force", "--volumes", "--time=0", self.id)

  @property
  def log(self) -> str:
    done = subprocess.run(["podman", "logs", self.id], capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr

  @property
  def state(self) -> dict:
    return json.loads(podman("inspect", self.id))[0]["State"]

  @property
  def start_line(self) -> re.Match[str]:
    """What the server says when it is ready; waits for it."""
    def found():
      return next(filter(None, map(READY_LINE.match, self.log.splitlines())), None)

    assert eventually(lambda: found() or self.state["Status"] == "exited", 60, 0.1), self.log
    assert found(), self.log
    return found()

  def port(self, inside: int) -> int:
    return int(podman("port", self.id, str(inside)).rpartition(":")[2])

  def process_status(self) -> dict[str, str]:
    """The server's /proc/PID/status, seen from outside."""
    text = Path(f"/proc/{self.state['Pid']}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

  def stop(self, grace_seconds: int = 20) -> int:
    """Sends SIGTERM, and SIGKILL after the grace period; returns the exit code."""
    podman("stop", f"--time={grace_seconds}", self.id)
    return self.state["ExitCode"]
