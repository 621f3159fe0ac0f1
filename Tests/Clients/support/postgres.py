"""PostgreSQL as a child process: a cluster of its own, with TLS, that a test may stop and start."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from support.certificates import Authority
from support.server import eventually

USER = "lake"


def _programs() -> Path:
  found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
  if not found:
    raise RuntimeError("PostgreSQL is missing: run scripts/setup --tests")
  return found[-1].parent


def _as_its_user() -> list[str]:
  """PostgreSQL refuses to run as root."""
  if os.geteuid() != 0:
    return []
  return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]


class Postgres:
  """A cluster with the role `lake`, whose password can be changed, and databases made on demand."""

  def __init__(self, folder: Path, port: int, password: str = "secret-0"):
    self.folder = folder
    self.port = port
    self.password = password
    self.authority = Authority(folder)
    self.certificate = self.authority.sign("postgres")
    self.data = folder / "cluster"
    self.process: subprocess.Popen | None = None
    (folder / "password").write_text(password)
    if os.geteuid() == 0:
      owner = pwd.getpwnam("postgres")
      for path in [folder, *folder.iterdir()]:
        os.chown(path, owner.pw_uid, owner.pw_gid)
      for parent in folder.parents:
        if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
          parent.chmod(parent.stat().st_mode | 0o011)
    self._run(
      "initdb", "-D", self.data, "-U", USER, "-A", "scram-sha-256", "--no-sync",
      "--pwfile", folder / "password", "--encoding", "UTF8", "--locale", "C.UTF-8",
    )
    self.certificate.key.chmod(0o600)

  def _run(self, program: str, *arguments) -> None:
    subprocess.run(
      [*_as_its_user(), str(_programs() / program), *map(str, arguments)], check=True,
      capture_output=True, cwd=self.folder,
    )

  def start(self) -> None:
    settings = {
      "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
      "ssl": "on", "ssl_cert_file": self.certificate.certificate,
      "ssl_key_file": self.certificate.key, "fsync": "off", "logging_collector": "off",
    }
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = (self.folder / "log").open("ab")
    self.process = subprocess.Popen(
      [*_as_its_user(), str(_programs() / "postgres"), "-D", str(self.data), *arguments],
      stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
    )
    assert eventually(self.is_up, timeout_seconds=30), (self.folder / "log").read_text()

  def is_up(self) -> bool:
    check = [str(_programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
    return subprocess.run(check, check=False).returncode == 0

  def stop(self) -> None:
    """Ends it as `pg_ctl -m immediate` does: connections are cut."""
    if self.process is not None:
      self.process.send_signal(3)
      self.process.wait(30)
      self.process = None

  def remove(self) -> None:
    self.stop()
    shutil.rmtree(self.folder, ignore_errors=True)

  def sql(self, text: str, database: str = "postgres") -> str:
    """What psql prints for a statement."""
    ended = subprocess.run(
      ["psql", "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database,
       "-v", "ON_ERROR_STOP=1", "-c", text],
      env=os.environ | {"PGPASSWORD": self.password}, capture_output=True, text=True, check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()

  @contextlib.contextmanager
  def holding(self, database: str, lock: str):
    """Holds a lock of a transaction's in a transaction."""
    session = subprocess.Popen(
      ["psql", "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database],
      env=os.environ | {"PGPASSWORD": self.password}, stdin=subprocess.PIPE,
      stdout=subprocess.PIPE, text=True,
    )
    session.stdin.write(f"BEGIN; SELECT 'held' FROM (SELECT {lock}) AS l;\n")
    session.stdin.flush()
    assert session.stdout.readline() == "held\n"
    try:
      yield
    finally:
      session.communicate("COMMIT;\n", timeout=30)

  def change_password(self, password: str) -> None:
    self.sql(f"ALTER ROLE {USER} PASSWORD '{password}'")
    self.password = password

  def cut_connections(self, database: str) -> None:
    self.sql(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    )

  def flags(self, database: str, data: Path | str) -> list[str]:
    """What a server needs to serve the lake with its catalog in this database."""
    return [
      "--ducklake-data-path", f"{data}/", "--pg-host", "127.0.0.1", "--pg-port", str(self.port),
      "--pg-database", database, "--pg-user", USER,
      "--pg-sslrootcert", str(self.authority.path),
    ]
