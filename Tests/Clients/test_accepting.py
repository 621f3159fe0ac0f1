"""Connections that the operating system doesn't let the server accept."""

from __future__ import annotations

import errno
import os
import resource
import socket
import time
from pathlib import Path

from support.flightsql import RawClient
from support.seccomp import refuse
from support.server import Server


def seconds_of_processor(pid: int) -> float:
  fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
  return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_without_descriptors_accepting_waits_and_goes_on(start):
  own = start()
  with RawClient(own.address) as raw:
    raw.rows("SELECT 42")
  _, hard = resource.prlimit(own.pid, resource.RLIMIT_NOFILE)
  resource.prlimit(own.pid, resource.RLIMIT_NOFILE, (3, hard))
  with socket.create_connection((own.host, own.port)):
    before = seconds_of_processor(own.pid)
    time.sleep(2)
    assert seconds_of_processor(own.pid) - before < 0.5
  assert own.stderr.count("no connection can be accepted") == 1
  resource.prlimit(own.pid, resource.RLIMIT_NOFILE, (hard, hard))
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT 42") == [(42,)]


def test_a_listening_socket_that_fails_ends_the_server_with_an_error(tmp_path):
  own = Server(
    "--database", str(tmp_path / "kept.duckdb"), "--init-sql", "CREATE TABLE kept AS SELECT 42",
    before=lambda: refuse("accept4", errno.EPERM),
  )
  try:
    with socket.create_connection((own.host, own.port)):
      assert own.wait() == 1
  finally:
    own.kill()
  assert own.stderr.endswith("Error: The listening socket has failed.\n")
  # The database was closed.
  assert [path.name for path in tmp_path.iterdir()] == ["kept.duckdb"]
