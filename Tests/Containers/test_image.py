"""The image, as a user runs it: without privileges, over TLS, stopped and started again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pytest
from adbc_driver_flightsql import DatabaseOptions

from container import IMAGE, Container, podman
from support.certificates import Authority
from support.server import eventually

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "clients" / "python" / "lakehouse_demo.py"
MAXIMUM_BYTES = 400 * 1000 * 1000


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
  return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls(authority) -> dict:
  """Options and settings of a server with a certificate and a password."""
  signed = authority.sign("server")
  for file in (signed.certificate, signed.key):
    os.chmod(file, 0o644)
  return {
    "options": [
      f"--volume={signed.certificate}:/run/tls/tls.crt:ro",
      f"--volume={signed.key}:/run/tls/tls.key:ro",
    ],
    "settings": {
      "tls_cert": "/run/tls/tls.crt", "tls_key": "/run/tls/tls.key", "password": "open sesame",
    },
  }


@pytest.fixture
def volume():
  name = podman("volume", "create")
  yield name
  podman("volume", "rm", "--force", name)


@pytest.fixture
def run(authority, tls):
  """Starts a server with TLS and a password."""
  def started(*options: str, **settings: str) -> Container:
    return Container(*tls["options"], *options, **(tls["settings"] | settings))

  return started


@contextmanager
def connected(container: Container, authority: Authority, password: str = "open sesame"):
  assert container.start_line["scheme"] == "grpc+tls"
  options = {
    "username": "lakehouse",
    "password": password,
    DatabaseOptions.TLS_ROOT_CERTS.value: authority.pem.decode(),
  }
  uri = f"grpc+tls://127.0.0.1:{container.port(31337)}"
  with adbc.connect(uri, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
      yield cursor


def rows(cursor, sql: str) -> list[tuple]:
  cursor.execute(sql)
  return cursor.fetchall()


def test_answers_with_password_and_tls_as_nobody_on_a_read_only_root(run, authority):
  with run() as container, connected(container, authority) as cursor:
    cursor.execute("CREATE TABLE t AS SELECT range AS n FROM range(100_000)")
    assert rows(cursor, "SELECT count(*), max(n) FROM t") == [(100_000, 99_999)]
    status = container.process_status()
    assert set(status["Uid"].split()) == {"65532"} and set(status["Gid"].split()) == {"65532"}
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    root = json.loads(podman("inspect", container.id))[0]["HostConfig"]["ReadonlyRootfs"]
    assert root is True


def test_refuses_a_wrong_password(run, authority):
  with run() as container:
    with pytest.raises(adbc.Error, match="(?i)unauthenticated|credentials|password"):
      with connected(container, authority, "wrong") as cursor:
        rows(cursor, "SELECT 1")


def test_spills_to_tmp_on_a_read_only_root(run, authority):
  settings = {"memory_limit": "200MB", "threads": "1"}
  with run("--tmpfs=/tmp:rw,size=2g", **settings) as container:
    with connected(container, authority) as cursor:
      sql = "SELECT count(*) FROM (SELECT DISTINCT range, hash(range) FROM range(8_000_000))"
      assert rows(cursor, sql) == [(8_000_000,)]


def test_the_python_demo_prints_what_the_pages_show(run, authority):
  with run() as container:
    container.start_line
    done = subprocess.run(
      [sys.executable, str(DEMO), f"grpc+tls://127.0.0.1:{container.port(31337)}"],
      capture_output=True, text=True, timeout=60,
      env=os.environ | {
        "LAKEHOUSE_DEMO_PASSWORD": "open sesame", "LAKEHOUSE_DEMO_CA": str(authority.path),
      },
    )
  print(done.stdout)
  assert done.returncode == 0, done.stderr
  for page in (DEMO.parent / "README.md", ROOT / "docs" / "azure.md"):
    shown = re.search(r"```\n(lakehouse duckdb .*?)```", page.read_text(), re.DOTALL)[1]
    assert without_times(done.stdout) == without_times(shown), page


def without_times(text: str) -> str:
  return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)


# The driver counts wrong when it closes a statement whose server has gone.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_sigterm_ends_a_running_query_in_time_and_with_code_0(run, authority):
  failures = []

  def ask():
    try:
      with connected(container, authority) as cursor:
        rows(cursor, "SELECT count(*) FROM range(10_000_000_000) a, range(10) b WHERE a.range = -b.range - 1")
    except adbc.Error as error:
      failures.append(str(error))

  with run(shutdown_grace_seconds="2") as container:
    container.start_line
    asking = threading.Thread(target=ask)
    asking.start()
    assert eventually(lambda: "command=CommandPreparedStatementQuery" in container.log), container.log
    begun = time.monotonic()
    assert container.stop() == 0, container.log
    took = time.monotonic() - begun
    asking.join(20)
    assert took < 15 and "SIGTERM: draining" in container.log
    assert len(failures) == 1


def test_a_new_container_finds_what_the_last_one_wrote(run, authority, volume):
  data = f"--volume={volume}:/data"
  with run(data) as container:
    with connected(container, authority) as cursor:
      cursor.execute("CREATE TABLE kept AS SELECT range AS n FROM range(1_000)")
    assert container.stop() == 0
  with run(data) as container:
    with connected(container, authority) as cursor:
      assert rows(cursor, "SELECT count(*), sum(n) FROM kept") == [(1_000, 499_500)]
      cursor.execute("INSERT INTO kept VALUES (1_000)")
    podman("kill", "--signal=KILL", container.id)
  with run(data) as container:
    with connected(container, authority) as cursor:
      assert rows(cursor, "SELECT count(*) FROM kept") == [(1_001,)]


def test_answers_health_checks_on_their_ports(run):
  with run() as container:
    container.start_line
    for path in ("livez", "readyz"):
      with urllib.request.urlopen(f"http://127.0.0.1:{container.port(8080)}/{path}", timeout=10) as answer:
        assert answer.status == 200


def test_starts_without_any_network():
  with Container("--network", "none", password="x", pg_host="") as container:
    assert container.start_line["database"] == "/data/lake/"


def test_without_a_password_listens_to_its_own_loopback_only():
  with Container() as container:
    assert container.start_line["host"] == "127.0.0.1"


def test_is_below_400_mb_unpacked():
  size = json.loads(podman("image", "inspect", IMAGE))[0]["Size"]
  print(f"{size / 1e6:.1f} MB unpacked")
  assert size < MAXIMUM_BYTES
