"""compose.yaml: servers whose catalog is in PostgreSQL, their files on a volume or in a storage account."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import socket
import subprocess
import uuid
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pytest
import yaml

from container import IMAGE, podman
from support.azure import binary_path
from support.server import eventually

ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def free_port() -> int:
  with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))
    return taken.getsockname()[1]


class Project:
  """What compose.yaml describes, under a name and ports of its own."""

  def __init__(self, **variables: str):
    self.name = f"lakehouse-{uuid.uuid4().hex[:8]}"
    self.ports = {"lakehouse": free_port(), "lakehouse-azurite": free_port()}
    self.environment = os.environ | {
      "LAKEHOUSE_IMAGE": IMAGE,
      "POSTGRES_IMAGE": os.environ.get("POSTGRES_IMAGE", "localhost/lakehouse-postgres"),
      "LAKEHOUSE_PASSWORD": "open sesame",
      "POSTGRES_PASSWORD": "hidden",
      "LAKEHOUSE_PORT": str(self.ports["lakehouse"]),
      "LAKEHOUSE_AZURITE_PORT": str(self.ports["lakehouse-azurite"]),
      "LAKEHOUSE_HEALTH_HTTP_PORT": str(free_port()),
    } | variables

  def compose(self, *arguments: str) -> None:
    done = subprocess.run(
      ["podman-compose", "-p", self.name, *arguments],
      cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr

  def up(self, server: str, *others: str) -> None:
    self.compose("up", "--detach", "--no-build", server, *others)
    assert eventually(lambda: "listening on" in self.log(server), 60, 0.2), self.log(server)

  def log(self, service: str) -> str:
    done = subprocess.run(
      ["podman", "logs", f"{self.name}_{service}_1"], capture_output=True, text=True, timeout=30
    )
    return done.stdout + done.stderr

  def inside(self, service: str, *command: str) -> str:
    return podman("exec", "--env=PGPASSWORD=hidden", f"{self.name}_{service}_1", *command)

  def is_healthy(self, service: str) -> bool:
    """What compose would ask, asked now: without systemd podman asks nothing by itself."""
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    assert kind == "CMD"
    done = subprocess.run(
      ["podman", "exec", f"{self.name}_{service}_1", *command], capture_output=True, timeout=30
    )
    return done.returncode == 0

  def rows(self, server: str, *statements: str) -> list[tuple]:
    """What the last of these returns."""
    login = {"username": "lakehouse", "password": "open sesame"}
    uri = f"grpc://127.0.0.1:{self.ports[server]}"
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
  project.up("lakehouse", "postgres")
  assert project.rows(
    "lakehouse",
    "CREATE TABLE kept AS SELECT range AS n FROM range(1_000)", "SELECT sum(n) FROM kept",
  ) == [(499_500,)]
  tables = project.inside(
    "postgres", "psql", "--host=127.0.0.1", "--username=lake", "-At",
    "--command=SELECT table_name FROM ducklake_table",
  )
  assert tables == "kept"
  project.compose("down")
  project.up("lakehouse", "postgres")
  assert project.rows("lakehouse", "SELECT count(*) FROM kept") == [(1_000,)]


def test_health_checks_tell_a_server_without_its_catalog(project):
  project.up("lakehouse", "postgres")
  assert eventually(lambda: project.is_healthy("lakehouse") and project.is_healthy("postgres"), 30, 0.5)
  project.compose("stop", "postgres")
  assert eventually(lambda: not project.is_healthy("lakehouse"), 30, 0.5)


def test_spills_to_a_volume_that_is_no_memory(project):
  project.up("lakehouse", "postgres")
  shown = project.inside("lakehouse", "sh", "-c", "touch /tmp/it && stat --file-system --format %T /tmp")
  assert shown != "tmpfs"
  assert project.inside("lakehouse", "stat", "--format", "%a", "/tmp") == "1777"


# What the profile calls of Azurite and of Azure's command line, done by AzureDouble and by nobody:
# the double makes the container when it starts.
AZURITE = """#!/bin/sh
[ "$*" = "azurite-blob --blobHost 0.0.0.0 --location /data" ] || exit 2
cd /double
exec env LD_LIBRARY_PATH=/double ./AzureDouble --host 0.0.0.0 --port 10000 --folder /data \
  --account devstoreaccount1 --account-key-file key --container lake
"""
AZ = """#!/bin/sh
echo "$AZURE_STORAGE_CONNECTION_STRING"
[ "$*" = "storage container create --name lake" ]
"""


@pytest.fixture(scope="module")
def azurite(tmp_path_factory):
  """The variables that name stand-ins for Microsoft's images, and the account's key."""
  folder = tmp_path_factory.mktemp("double")
  key = base64.b64encode(secrets.token_bytes(64)).decode()
  double = folder / "double"
  double.mkdir()
  shutil.copy(binary_path(), double)
  linked = subprocess.run(["ldd", binary_path()], check=True, capture_output=True, text=True).stdout
  for library in re.findall(r"=> (/\S*/swift/linux/\S+)", linked):
    shutil.copy(library, double)
  (double / "key").write_text(key)
  for name, text in (("az", AZ), ("azurite", AZURITE)):
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
  (folder / "Containerfile").write_text(
    "FROM localhost/lakehouse-debian\nCOPY double /double\nCOPY az /usr/local/bin/\n"
    "COPY azurite /entrypoint\nVOLUME /data\n"
  )
  image = f"localhost/azure-double-{uuid.uuid4().hex[:8]}"
  az = f"localhost/az-{uuid.uuid4().hex[:8]}"
  podman("build", "--quiet", "--pull=never", "--tag", az, str(folder), timeout_seconds=180)
  with (folder / "Containerfile").open("a") as file:
    file.write('ENTRYPOINT ["/entrypoint"]\n')
  podman("build", "--quiet", "--pull=never", "--tag", image, str(folder), timeout_seconds=180)
  yield {"AZURITE_IMAGE": image, "AZURE_CLI_IMAGE": az, "AZURITE_KEY": key}
  podman("rmi", "--force", image, az)


def test_the_profile_azurite_keeps_its_files_in_a_storage_account(azurite):
  project = Project(**azurite)
  try:
    project.up("lakehouse-azurite")
    assert project.rows(
      "lakehouse-azurite",
      "CREATE TABLE stored AS SELECT range AS n FROM range(1_000)", "SELECT sum(n) FROM stored",
    ) == [(499_500,)]
    files = podman(
      "exec", f"{project.name}_azurite_1", "sh", "-c", "find /data -type f -size +0 | wc -l"
    )
    assert int(files) > 0, files
    wanted = f"AccountKey={azurite['AZURITE_KEY']};BlobEndpoint=http://azurite:10000/devstoreaccount1;"
    assert project.log("azurite-container").strip().endswith(wanted)
  finally:
    project.compose("down", "--volumes")
