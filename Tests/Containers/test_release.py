"""The release archive on a bare Debian 12, without Swift, and under what its service unit forbids."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pytest

from container import Container, podman

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = os.environ.get("DEBIAN_IMAGE", "localhost/lakehouse-debian")


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
  """The archive, unpacked into a folder that has nothing to do with where it was built."""
  folder = tmp_path_factory.mktemp("archive")
  with tarfile.open(ROOT / os.environ["LAKEHOUSE_ARCHIVE"]) as archive:
    archive.extractall(folder, filter="data")
  folder.chmod(0o755)
  (unpacked,) = folder.iterdir()
  return unpacked


def on_debian(tree: Path, *options: str, **settings: str) -> Container:
  return Container(
    f"--volume={tree}:/srv/it:ro", "--tmpfs=/var/lib/lakehouse:rw,mode=0777", "--user=65532:65532",
    *options, image=DEBIAN, command=("/srv/it/bin/lakehouse", "serve"),
    password="open sesame", ducklake_data_path="/var/lib/lakehouse/lake/", health_host="0.0.0.0",
    **settings,
  )


def serves(container: Container) -> None:
  container.start_line
  login = {"username": "lakehouse", "password": "open sesame"}
  uri = f"grpc://127.0.0.1:{container.port(31337)}"
  with adbc.connect(uri, db_kwargs=login, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute("CREATE TABLE t AS SELECT range AS n FROM range(1_000_000)")
      cursor.execute("SELECT count(*), sum(n) FROM t")
      assert cursor.fetchall() == [(1_000_000, 499_999_500_000)]
  assert container.stop() == 0, container.log


def calls_of(group: str) -> set[str]:
  """The system calls in one of systemd's groups."""
  lines = subprocess.run(
    ["systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True
  ).stdout.splitlines()
  words = {line.strip() for line in lines[1:] if line.strip() and not line.strip().startswith("#")}
  groups = {word for word in words if word.startswith("@")}
  return (words - groups).union(*map(calls_of, groups))


def test_serves_on_a_bare_debian_without_swift(tree):
  missing = podman("run", "--rm", "--pull=never", DEBIAN, "sh", "-c", "command -v swift || echo none")
  assert missing == "none"
  with on_debian(tree) as container:
    serves(container)


def test_keeps_a_catalog_in_sqlite(tree):
  if not list(tree.glob("extensions/*/*/sqlite_scanner.duckdb_extension")):
    pytest.skip("the archive was taken from an image, which has no SQLite")
  with on_debian(tree, ducklake_catalog="sqlite:/var/lib/lakehouse/lake.sqlite") as container:
    serves(container)


def test_is_whole_and_names_its_version(tree):
  binary = tree / "bin" / "lakehouse"
  shown = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.strip()
  assert tree.name == f"lakehouse-{shown}-linux-{os.uname().machine}"
  for name in ("LICENSE", "NOTICE", "docs/debian.md", "systemd/lakehouse.env", "licenses/swift/LICENSE.txt"):
    assert (tree / name).is_file(), name
  for path in tree.rglob("*"):
    assert not path.is_symlink() and path.stat().st_mode & 0o022 == 0, path


def test_the_system_calls_that_its_unit_allows_suffice(tree, tmp_path):
  unit = (tree / "systemd" / "lakehouse.service").read_text()
  allowed, refused = re.findall(r"^SystemCallFilter=(~?)(.*)$", unit, re.MULTILINE)
  assert (allowed[0], refused[0]) == ("", "~")
  names = set().union(*map(calls_of, allowed[1].split()))
  names -= set().union(*map(calls_of, refused[1].split()))
  assert "setrlimit" not in names and "read" in names
  profile = tmp_path / "seccomp.json"
  profile.write_text(json.dumps({
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": sorted(names), "action": "SCMP_ACT_ALLOW"}],
  }))
  with on_debian(tree, f"--security-opt=seccomp={profile}") as container:
    serves(container)
