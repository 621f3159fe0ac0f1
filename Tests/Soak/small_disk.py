"""A disk that is soon full, which only the servers started on it see."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from support.server import binary_path


class SmallDisk:
  """A tmpfs in a mount namespace of its own, kept by a child process; a context manager.

  `folder` is where servers see it, `outside` where this process does. Needs root.
  """

  def __init__(self, folder: Path, byte_count: int):
    self.folder = folder
    self.byte_count = byte_count

  @staticmethod
  def unavailable() -> str | None:
    """Why there can be none here, if so."""
    if os.geteuid() != 0:
      return "only root may mount a small disk"
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    return "this root may not make a mount namespace" if tried.returncode else None

  def __enter__(self) -> SmallDisk:
    self.folder.mkdir()
    mount = f"mount -t tmpfs -o size={self.byte_count} lakehouse-test {shlex.quote(str(self.folder))}"
    # Ends with this process, whose end of the pipe closes then.
    self.keeper = subprocess.Popen(
      ["unshare", "-m", "sh", "-c", f"{mount} && echo mounted && exec cat"],
      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    if self.keeper.stdout.readline() != "mounted\n":
      self.__exit__()
      raise OSError("the small disk can't be mounted")
    self.outside = Path(f"/proc/{self.keeper.pid}/root{self.folder}")
    return self

  def __exit__(self, *_) -> None:
    self.keeper.stdin.close()
    self.keeper.wait(10)
    self.keeper.stdout.close()

  def binary(self) -> Path:
    """A program that runs the server where the disk is seen."""
    path = self.folder.parent / f"{self.folder.name}-lakehouse"
    path.write_text(
      "#!/bin/sh\n"
      f"exec nsenter --mount=/proc/{self.keeper.pid}/ns/mnt "
      f"{shlex.quote(str(binary_path()))} \"$@\"\n"
    )
    path.chmod(0o755)
    return path

  @property
  def free_byte_count(self) -> int:
    found = os.statvfs(self.outside)
    return found.f_bavail * found.f_frsize

  def fill(self, remaining: int = 0) -> None:
    """Takes the free space but for so many bytes."""
    with open(self.outside / "ballast", "ab") as ballast:
      left = self.free_byte_count - remaining
      while left > 0:
        left -= ballast.write(bytes(min(left, 1 << 20)))

  def relieve(self) -> None:
    (self.outside / "ballast").unlink()
