"""Fixtures of lakes: PostgreSQL for their catalogs."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest

from support.postgres import Postgres


def free_port() -> int:
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


@pytest.fixture(scope="session")
def cluster():
  """One PostgreSQL for all tests of lakes; not in pytest's folder, which only its owner may enter."""
  with tempfile.TemporaryDirectory(prefix="lakehouse-postgres-") as folder:
    Path(folder).chmod(0o711)
    (home := Path(folder, "home")).mkdir()
    running = Postgres(home, free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def database(cluster, name) -> str:
  """A database of the test's own."""
  if not cluster.is_up():
    cluster.start()
  cluster.sql(f'CREATE DATABASE "{name}"')
  return name
