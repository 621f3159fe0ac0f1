"""Where servers under load keep their tables: a database file, or a lake."""

from __future__ import annotations

import contextlib
import random
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.postgres import Postgres
from support.server import Server

# Of an inlining lake small writes stay in the catalog, which is DuckLake's default; it is no part of
# the usual runs because DuckLake 1.5.5 loses deletions there (docs/robustness.md).
USUAL_KINDS = ("file", "lake")
KINDS = (*USUAL_KINDS, "inlining-lake", "postgres-lake")

# Servers that share a storage share the key of their tickets, too.
SECRET_KEY = "the key of the servers under load"

# Below the ports that clients get, so that none of them sits on the server's while it restarts.
FIXED_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Storage:
  """A folder of its own: `data` with what must last, `tmp` with what must not."""

  kind: str
  folder: Path
  # With the catalog of a `postgres-lake`, in this database.
  cluster: Postgres | None = None
  database: str = "soak"

  def __post_init__(self):
    if self.kind not in KINDS:
      raise ValueError(f"no such storage: {self.kind}; there are {', '.join(KINDS)}")
    self.data_folder.mkdir(parents=True, exist_ok=True)
    self.temporary_folder.mkdir(parents=True, exist_ok=True)

  @property
  def data_folder(self) -> Path:
    return self.folder / "data"

  @property
  def temporary_folder(self) -> Path:
    return self.folder / "tmp"

  @property
  def catalog(self) -> str:
    return "kept" if self.kind == "file" else "lake"

  @property
  def server_count(self) -> int:
    """How many servers may have it open."""
    return 2 if self.kind == "postgres-lake" else 1

  @property
  def environment(self) -> dict[str, str]:
    found = {"TMPDIR": str(self.temporary_folder)}
    if self.cluster:
      found |= {
        "LAKEHOUSE_SECRET_KEY": SECRET_KEY, "LAKEHOUSE_PG_PASSWORD": self.cluster.password,
      }
    return found

  def table(self, name: str) -> str:
    return f"{self.catalog}.main.{name}"

  @property
  def checkpoint(self) -> str:
    return f"CHECKPOINT {self.catalog}"

  def arguments(self, initial_sql: str = "") -> list[str]:
    """The flags that open the storage, and run this SQL once it is open."""
    data = self.data_folder
    if self.kind == "file":
      flags = ["--database", str(data / "kept.duckdb")]
      return [*flags, "--init-sql", initial_sql] if initial_sql else flags
    if self.kind == "postgres-lake":
      flags = self.cluster.flags(self.database, data / "files")
    else:
      flags = ["--ducklake-data-path", f"{data}/files/"]
      flags += ["--ducklake-catalog", f"{data}/meta.ducklake"]
    flags = [*flags, "--ducklake-alias", self.catalog]
    if self.kind == "inlining-lake":
      flags += ["--ducklake-inlined-rows", "10"]
    return [*flags, "--init-sql", initial_sql] if initial_sql else flags

  def start(self, *arguments: str, port: int = 0, initial_sql: str = "", **settings) -> Server:
    return Server(
      *self.arguments(initial_sql), *arguments, port=port,
      environment=self.environment, **settings,
    )

  def byte_count(self) -> int:
    return byte_count(self.data_folder)


@contextlib.contextmanager
def opened(kind: str, folder: Path) -> Iterator[Storage]:
  """A storage with what it needs beside its folder: PostgreSQL, for a lake in it."""
  if kind != "postgres-lake":
    yield Storage(kind, folder)
    return
  with tempfile.TemporaryDirectory(prefix="lakehouse-postgres-") as home:
    # PostgreSQL's own user must get there.
    Path(home).chmod(0o711)
    (cluster_folder := Path(home, "home")).mkdir()
    cluster = Postgres(cluster_folder, fixed_port(random.Random()))
    cluster.start()
    try:
      storage = Storage(kind, folder, cluster)
      cluster.sql(f"CREATE DATABASE {storage.database}")
      yield storage
    finally:
      cluster.stop()


def byte_count(folder: Path) -> int:
  """What the files of a folder hold; files that vanish meanwhile don't count."""
  total = 0
  for path in folder.rglob("*"):
    try:
      total += path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
      continue
  return total


def fixed_port(chosen: random.Random) -> int:
  """A free port to which a server can come back."""
  while True:
    port = chosen.choice(FIXED_PORTS)
    with socket.socket() as probe:
      try:
        probe.bind(("127.0.0.1", port))
      except OSError:
        continue
    return port
