"""compose.yaml: a server whose catalog is in PostgreSQL."""

from __future__ import annotations

import os
import socket
import subprocess
import uuid
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pytest

from container import IMAGE, podman
from support.server import eventually

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
  with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))
    return taken.getsockname()[1]


class Project:
  """What compose.yaml describes, under a name and ports of its own."""

  def __init__(self):
    self.name = f"lakehouse-{uuid.uuid4().hex[:8]}"
    self.port = free_port()
    self.environment = os.environ | {
      "LAKEHOUSE_IMAGE": IMAGE,
      "POSTGRES_IMAGE": os.environ.get("POSTGRES_IMAGE", "localhost/lakehouse-postgres"),
      "LAKEHOUSE_PASSWORD": "open sesame",
      "POSTGRES_PASSWORD": "hidden",
      "LAKEHOUSE_PORT": str(self.port),
      "LAKEHOUSE_HEALTH_HTTP_PORT": str(free_port()),
    }

  def compose(self, *arguments: str) -> None:
    done = subprocess.run(
      ["podman-compose", "-p", self.name, *arguments],
      cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr

  def up(self) -> None:
    self.compose("up", "--detach", "--no-build", "lakehouse", "postgres")
    assert eventually(lambda: "listening on" in self.log, 60, 0.2), self.log

  @property
  def log(self) -> str:
    done = subprocess.run(
      ["podman", "logs", f"{self.name}_lakehouse_1"], capture_output=True, text=True, timeout=30
    )
    return done.stdout + done.stderr

  def rows(self, *statements: str) -> list[tuple]:
    """What the last of these returns."""
    login = {"username": "lakehouse", "password": "open sesame"}
    uri = f"grpc://127.0.0.1:{self.port}"
    with adbc.connect(uri, db_kwargs=login, autocommit=True) as connection:
      with connection.cursor() as cursor:
        for sql in statements:
          cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def project():
  one = Project()
  yield one
  one.compose("down", "--volumes")


def test_the_catalog_is_in_postgresql_and_all_is_there_after_down_and_up(project):
  project.up()
  assert project.rows(
    "CREATE TABLE kept AS SELECT range AS n FROM range(1_000)", "SELECT sum(n) FROM kept"
  ) == [(499_500,)]
  tables = podman(
    "exec", "--env=PGPASSWORD=hidden", f"{project.name}_postgres_1", "psql", "--host=127.0.0.1",
    "--username=lake", "-At", "--command=SELECT table_name FROM ducklake_table",
  )
  assert tables == "kept"
  project.compose("down")
  project.up()
  assert project.rows("SELECT count(*) FROM kept") == [(1_000,)]
