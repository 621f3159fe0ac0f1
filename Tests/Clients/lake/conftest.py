"""Fixtures of lakes: PostgreSQL for their catalogs, Azure and S3 for their files."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest

from support.azure import IDENTITY, Azure, IssuedTokens
from support.ldap import Directory
from support.postgres import Postgres
from support.s3 import S3


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


@pytest.fixture
def azure(tmp_path):
  with Azure(tmp_path) as running:
    yield running


@pytest.fixture
def directory(azure, cluster):
  """Lets the role of the identity into PostgreSQL with the double's tokens, and with nothing else."""
  tokens = IssuedTokens(azure)
  running = Directory(tokens.counts)
  access = cluster.data / "pg_hba.conf"
  original = access.read_text()
  access.write_text(
    f"hostssl all {IDENTITY} 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport={running.port} "
    f'ldapprefix="uid=" ldapsuffix=""\n{original}'
  )
  if not cluster.is_up():
    cluster.start()
  if cluster.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{IDENTITY}'") != "1":
    cluster.sql(f"CREATE ROLE {IDENTITY} LOGIN")
  cluster.sql("SELECT pg_reload_conf()")
  yield running
  access.write_text(original)
  cluster.sql("SELECT pg_reload_conf()")
  running.close()
  tokens.close()


@pytest.fixture
def granted(cluster, database, directory) -> str:
  """A database that the identity may make its catalog in."""
  cluster.sql(f'ALTER DATABASE "{database}" OWNER TO {IDENTITY}')
  return database


@pytest.fixture(scope="module")
def s3():
  with S3() as running:
    yield running
