"""What the server keeps in its temporary folder, and what is left of it."""

from __future__ import annotations

import errno
import stat
import threading
from pathlib import Path

import grpc
import pytest

from support.flightsql import RawClient
from support.seccomp import refuse
from support.server import Server, eventually

SPILLING = "SELECT count(*) FROM (SELECT i FROM range(100000000) AS r(i) ORDER BY hash(i))"
MEMORY = ("--init-sql", "SET GLOBAL memory_limit = '100MB'")


@pytest.fixture
def folder(tmp_path) -> Path:
  path = tmp_path / "temporary"
  path.mkdir()
  return path


class Spilling:
  """A server that spills for a statement until it is ended."""

  def __init__(self, folder: Path):
    self.server = Server(*MEMORY, environment={"TMPDIR": str(folder)})
    self.thread = threading.Thread(target=self.sort)
    self.thread.start()
    assert eventually(lambda: any(folder.glob("*/duckdb_temp_*")))

  def sort(self) -> None:
    with RawClient(self.server.address) as raw, pytest.raises(grpc.RpcError):
      raw.rows(SPILLING)

  def kill(self) -> None:
    self.server.kill()
    self.thread.join(20)


def test_nothing_is_left_by_a_server_that_ends(start, folder):
  own = start(environment={"TMPDIR": str(folder)})
  (spilled,) = folder.iterdir()
  assert own.stop() == 0
  assert not spilled.exists()


def test_nothing_is_left_where_folders_cannot_be_locked(folder):
  own = Server(
    environment={"TMPDIR": str(folder)}, before=lambda: refuse("flock", errno.ENOLCK)
  )
  (spilled,) = folder.iterdir()
  assert stat.S_IMODE(spilled.stat().st_mode) == 0o700
  assert own.stop() == 0
  assert not list(folder.iterdir())


def test_what_is_spilled_is_for_the_servers_user_alone(folder):
  spilling = Spilling(folder)
  (spilled,) = folder.iterdir()
  assert stat.S_IMODE(spilled.stat().st_mode) == 0o700
  spilling.kill()


def test_the_next_server_removes_what_a_killed_one_has_spilled(start, folder):
  killed, living = Spilling(folder), start(environment={"TMPDIR": str(folder)})
  before = set(folder.iterdir())
  killed.kill()
  assert set(folder.iterdir()) == before
  start(environment={"TMPDIR": str(folder)})
  after = set(folder.iterdir())
  assert len(before) == len(after) == 2
  assert len(before & after) == 1, "that of the server that still runs"
  with RawClient(living.address) as raw:
    assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("name", ["lakehouse-spill-mine", "lakehouse-data"])
def test_folders_of_others_are_left_alone(start, folder, name: str):
  kept = folder / name / "kept.parquet"
  kept.parent.mkdir()
  kept.touch()
  (kept.parent / "duckdb_temp_storage-0.tmp").touch()
  assert start(environment={"TMPDIR": str(folder)}).stop() == 0
  assert len(list(kept.parent.iterdir())) == 2


@pytest.mark.parametrize("kind", ["missing", "file", "folder"])
def test_a_temporary_folder_that_is_none_is_told(start, tmp_path, kind: str):
  path = tmp_path / kind
  if kind == "file":
    path.touch()
  elif kind == "folder":
    path.mkdir()
  own = start(environment={"TMPDIR": str(path)})
  assert own.stop() == 0
  assert ("(TMPDIR) can't be written to" in own.stderr) == (kind != "folder")
