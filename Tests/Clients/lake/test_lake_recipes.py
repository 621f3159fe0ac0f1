"""The commands of docs/lake.md do what the page says, as they are written there.

Only names that stand for somebody's own are replaced: hosts and ports, buckets and accounts, files
with secrets, the folder /srv.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.azure import IDENTITY
from support.azure import binary_path as double_path
from support.flightsql import Command, RawClient
from support.s3 import NO_MACHINE_KEYS, S3
from support.server import READY_LINE, ROOT, binary_path, clean_environment

PAGE = (ROOT / "docs/lake.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
(LAPTOP, SAMPLE, POSTGRES, SEVERAL, AMAZON, OTHER_S3, AZURE, DOUBLE, BESIDE_DOUBLE) = BLOCKS


@pytest.fixture
def folder(tmp_path) -> Path:
  """Where the commands run, with the server's command in reach."""
  (tmp_path / "bin").mkdir()
  (tmp_path / "bin/lakehouse").symlink_to(binary_path())
  return tmp_path


def replaced(block: str, names: dict[str, str]) -> str:
  for name, own in names.items():
    assert name in block, f"the page no longer says {name}"
    block = block.replace(name, own)
  return block


@contextmanager
def running(block: str, folder: Path, environment: dict[str, str]):
  """What a block starts, with its first line on standard output."""
  settings = clean_environment(LAKEHOUSE_PORT="0", **environment)
  settings["PATH"] = f"{folder / 'bin'}{os.pathsep}{settings['PATH']}"
  with (folder / "stderr").open("w+") as errors:
    process = subprocess.Popen(
      ["bash", "-euc", block], cwd=folder, env=settings, stdin=subprocess.DEVNULL,
      stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
    )
    try:
      yield process.stdout.readline().rstrip("\n")
      os.killpg(process.pid, signal.SIGTERM)
      process.wait(20)
    except BaseException as error:
      error.add_note((folder / "stderr").read_text())
      raise
    finally:
      if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
      process.stdout.close()


@contextmanager
def served(block: str, folder: Path, **environment: str):
  with running(block, folder, environment) as line:
    ready = READY_LINE.match(line)
    assert ready, f"not a start line: {line!r}"
    with RawClient(f"{ready['host']}:{ready['port']}") as raw:
      yield raw


def works(raw: RawClient) -> None:
  assert raw.rows("SELECT current_catalog()") == [("lakehouse",)]
  raw.update(Command.update("CREATE TABLE IF NOT EXISTS ducks (name VARCHAR)"))
  assert raw.update(Command.update("INSERT INTO ducks VALUES ('Tick'), ('Trick')")) == 2
  raw.update(Command.update("DELETE FROM ducks WHERE name = 'Tick'"))
  assert raw.rows("FROM ducks") == [("Trick",)]


def secrets(folder: Path, **texts: str) -> dict[str, str]:
  (folder / "secrets").mkdir()
  for name, text in texts.items():
    (folder / "secrets" / name.replace("_", "-")).write_text(text)
  return {"/run/secrets": f"{folder}/secrets"}


def catalog(cluster, database: str, host: str = "db.example.com") -> dict[str, str]:
  return {
    host: f"127.0.0.1 --pg-port {cluster.port} --pg-sslrootcert {cluster.authority.path}",
    "--pg-database lake": f"--pg-database {database}",
  }


def bucket(s3: S3, name: str) -> dict[str, str]:
  s3.make_bucket(f"recipe-{name}")
  local = f"--s3-endpoint {s3.endpoint} --s3-path-style --no-s3-tls"
  return {"s3://bucket/": f"s3://recipe-{name}/", "--s3-region": f"{local} --s3-region"}


def test_on_a_laptop(folder):
  with served(LAPTOP, folder) as raw:
    works(raw)
  assert (folder / "lake.ducklake").exists() and list(folder.glob("lake/main/ducks/*.parquet"))
  with served(LAPTOP.replace("lake/", "lake/ --ducklake-catalog sqlite:lake.sqlite"), folder) as raw:
    works(raw)
  assert (folder / "lake.sqlite").exists()
  with running(SAMPLE, folder, {}):
    pass
  with served(LAPTOP, folder) as raw:
    assert raw.rows("SELECT count(*) FROM tpch.orders") == [(150_000,)]
    assert raw.rows("FROM ducks") == [("Trick",)]


def test_with_postgresql(folder, cluster, database):
  names = secrets(folder, pg_password=cluster.password) | catalog(cluster, database)
  with served(replaced(POSTGRES, names | {"/srv/": f"{folder}/srv/"}), folder) as raw:
    works(raw)
  assert list(folder.glob("srv/lake/main/ducks/*.parquet"))


def test_several_servers_with_s3(folder, cluster, database, s3, name):
  names = secrets(folder, pg_password=cluster.password, lakehouse_key="k" * 32)
  block = replaced(SEVERAL, names | catalog(cluster, database) | bucket(s3, name))
  keys = NO_MACHINE_KEYS | s3.key.environment()
  with served(block, folder, **keys) as one, served(block, folder, **keys) as other:
    works(one)
    assert other.rows("FROM ducks") == [("Trick",)]
    # A query that one has announced can be fetched from the other.
    (ticket,) = one.flight_info(Command.query("FROM ducks")).tickets
    assert sum(bool(message.body) for message in other.messages(ticket)) == 1


def test_with_postgresql_and_s3(folder, cluster, database, s3, name):
  names = secrets(folder, pg_password=cluster.password, s3=s3.key.secret)
  names |= catalog(cluster, database) | bucket(s3, name) | {"my-key": s3.key.identifier}
  with served(replaced(AMAZON, names), folder, **NO_MACHINE_KEYS) as raw:
    works(raw)
  assert any(key.startswith("lake/main/ducks/") for key in s3.names(f"recipe-{name}"))


def test_with_s3_on_this_machine(folder, s3, name):
  s3.make_bucket(f"recipe-{name}")
  (folder / "secret").write_text(s3.key.secret)
  names = {
    "s3://bucket/": f"s3://recipe-{name}/", "127.0.0.1:9000": s3.endpoint,
    "my-key": s3.key.identifier,
  }
  with served(replaced(OTHER_S3, names), folder, **NO_MACHINE_KEYS) as raw:
    works(raw)
  assert (folder / "lake.ducklake").exists()


def test_with_postgresql_and_azure(folder, cluster, granted, azure, request):
  host = "mylake.postgres.database.azure.com"
  names = catalog(cluster, granted, host) | {
    "az://container/": f"az://{azure.container}/", "my-identity": IDENTITY,
    "--azure-storage-account mylake":
      f"--azure-storage-account {azure.account} --azure-storage-endpoint {azure.blob_endpoint}",
  }
  with served(replaced(AZURE, names), folder, **azure.managed_identity()) as raw:
    works(raw)
  assert any("/lake/main/ducks/" in entry["uri"] for entry in azure.requests())


def test_with_an_azure_of_ones_own(folder):
  names = {"swift run -c release AzureDouble": str(double_path()), "--port 10000": "--port 0"}
  with running(replaced(DOUBLE, names), folder, {}) as line:
    assert line.startswith("azure-double http=")
    with served(BESIDE_DOUBLE, folder) as raw:
      works(raw)
  assert list(folder.glob("data/azure/**/ducks/*.parquet"))
