"""The archive as a service of systemd, set up as docs/deploy/debian.md says, with all that its unit forbids."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pytest
from adbc_driver_flightsql import DatabaseOptions

from container import podman
from support.certificates import Authority
from support.server import READY_LINE, eventually

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = os.environ.get("SYSTEMD_IMAGE", "localhost/lakehouse-systemd")


class Machine:
  """A Debian with systemd as its first process, which needs a container with privileges."""

  def __init__(self):
    self.id = podman(
      "run", "--detach", "--pull=never", "--privileged", "--systemd=always",
      "--publish=127.0.0.1::31337", SYSTEMD,
    )

  def __enter__(self) -> Machine:
    assert eventually(lambda: self.says("systemctl is-system-running --wait") == "running", 60, 0.5)
    # As on a machine; systemd leaves it alone in a container, and then no credential gets to a service.
    self.run("mount --make-rshared /")
    return self

  def __exit__(self, *error) -> None:
    podman("rm", "--force", "--volumes", "--time=0", self.id)

  def says(self, command: str) -> str:
    """What a command prints, whether it succeeds or not."""
    done = subprocess.run(
      ["podman", "exec", self.id, "sh", "-c", command], capture_output=True, text=True, timeout=120
    )
    return (done.stdout + done.stderr).strip()

  def run(self, script: str) -> str:
    return podman("exec", self.id, "sh", "-ec", script, timeout_seconds=120)

  @property
  def log(self) -> str:
    return self.says("journalctl --unit lakehouse --output cat")

  def wait_for_start(self, number: int) -> re.Match[str]:
    """The line of the service's start of this number."""
    def starts():
      return [match for line in self.log.splitlines() if (match := READY_LINE.match(line))]

    assert eventually(lambda: len(starts()) == number, 60, 0.2), self.log
    return starts()[-1]

  @contextmanager
  def cursor(self, scheme: str = "grpc", **options: str):
    port = podman("port", self.id, "31337").rpartition(":")[2]
    login = {"username": "lakehouse", "password": self.run("cat /etc/lakehouse/password")} | options
    with adbc.connect(f"{scheme}://127.0.0.1:{port}", db_kwargs=login, autocommit=True) as connection:
      with connection.cursor() as cursor:
        yield cursor


@pytest.fixture(scope="module")
def machine():
  """With the service, by the commands of the page."""
  page = (ROOT / "docs" / "deploy" / "debian.md").read_text()
  section = page.partition("## As a service")[2]
  commands = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]
  archive = ROOT / os.environ["LAKEHOUSE_ARCHIVE"]
  assert f"tar -xzf {archive.name} " in commands or os.uname().machine != "x86_64"
  commands = re.sub(r"tar -xzf \S+", f"tar -xzf {archive.name}", commands)
  commands = re.sub(r"(?<=ln -sfn )\S+", archive.name.removesuffix(".tar.gz"), commands)
  with Machine() as one:
    podman("cp", str(archive), f"{one.id}:/root/", timeout_seconds=120)
    one.run("cd /root\n" + commands)
    yield one


def rows(cursor, sql: str) -> list[tuple]:
  cursor.execute(sql)
  return cursor.fetchall()


def test_serves_a_lake_and_has_it_after_a_restart(machine):
  assert machine.wait_for_start(1)["database"] == "/var/lib/lakehouse/lake/"
  with machine.cursor() as cursor:
    cursor.execute("CREATE TABLE kept AS SELECT range AS n FROM range(1_000_000)")
    assert rows(cursor, "SELECT count(*), sum(n) FROM kept") == [(1_000_000, 499_999_500_000)]
  machine.run("systemctl restart lakehouse")
  machine.wait_for_start(2)
  assert "SIGTERM: draining" in machine.log
  with machine.cursor() as cursor:
    assert rows(cursor, "SELECT count(*), sum(n) FROM kept") == [(1_000_000, 499_999_500_000)]
    ((file,),) = rows(cursor, "SELECT DISTINCT filename FROM kept")
  assert "/var/lib" not in file and file.endswith(".parquet")


def test_runs_as_nobody_in_particular_and_without_capabilities(machine):
  assert eventually(lambda: machine.says("systemctl is-active lakehouse") == "active")
  pid = machine.run("systemctl show --property MainPID --value lakehouse")
  status = dict(
    line.split(":\t", 1) for line in machine.run(f"cat /proc/{pid}/status").splitlines() if ":\t" in line
  )
  assert int(status["Uid"].split()[0]) >= 61184, "the first user that systemd makes up"
  assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
  assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
  owner = machine.run("stat --format %u:%a /var/lib/lakehouse/.")
  assert owner == f"{status['Uid'].split()[0]}:750"


def test_starts_again_after_it_was_killed(machine):
  before = len(re.findall("listening on", machine.log))
  machine.run("systemctl kill --signal KILL lakehouse")
  machine.wait_for_start(before + 1)


def test_takes_certificates_as_the_page_says_and_renewed_ones_after_a_restart(machine, tmp_path):
  page = (ROOT / "docs" / "deploy" / "debian.md").read_text()
  override = re.search(r"```ini\n(.*?)```", page, re.DOTALL)[1]
  drop_in = "/etc/systemd/system/lakehouse.service.d"
  machine.run(f"mkdir -p {drop_in}; cat >{drop_in}/override.conf <<'END'\n{override}END")
  machine.run("systemctl daemon-reload")
  for name in ("first", "second"):
    folder = tmp_path / name
    folder.mkdir()
    authority = Authority(folder)
    signed = authority.sign("server")
    for file, kind in ((signed.certificate, "crt"), (signed.key, "key")):
      podman("cp", str(file), f"{machine.id}:/etc/lakehouse/tls.{kind}")
    before = len(re.findall("listening on", machine.log))
    machine.run("chmod 0600 /etc/lakehouse/tls.*; systemctl restart lakehouse")
    assert machine.wait_for_start(before + 1)["scheme"] == "grpc+tls"
    trusted = {DatabaseOptions.TLS_ROOT_CERTS.value: authority.pem.decode()}
    with machine.cursor("grpc+tls", **trusted) as cursor:
      assert rows(cursor, "SELECT count(*) FROM kept") == [(1_000_000,)]
  machine.run(f"rm -r {drop_in}; systemctl daemon-reload; systemctl restart lakehouse")
  machine.wait_for_start(before + 2)


def test_stops_with_code_0(machine):
  machine.run("systemctl stop lakehouse")
  shown = machine.run("systemctl show --property Result,ExecMainStatus,ActiveState lakehouse")
  assert set(shown.splitlines()) == {"Result=success", "ExecMainStatus=0", "ActiveState=inactive"}
