"""Lakes for the server and for DuckDB in process: the same catalog, the same files."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from Benchmarks.dataset import Dataset
from Benchmarks.setting import Setting
from support.postgres import USER, Postgres
from support.server import ROOT, Server

TPCH_TABLES = (
  "customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier",
)


@dataclass
class Lake:
  """A lake whose catalog is a database of PostgreSQL, or without a cluster a file of DuckDB."""

  name: str
  folder: Path
  cluster: Postgres | None = None

  def __post_init__(self):
    self.folder.mkdir()
    if self.cluster:
      self.cluster.sql(f"CREATE DATABASE {self.name}")

  @property
  def data(self) -> Path:
    return self.folder / "files"

  def serve(self, setting: Setting) -> Server:
    if not self.cluster:
      return setting.lakehouse("--ducklake-data-path", f"{self.data}/")
    return Server(
      *self.cluster.flags(self.name, self.data), binary=setting.binary,
      environment={"LAKEHOUSE_PG_PASSWORD": self.cluster.password},
    )

  def attach(self, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """In-process DuckDB on the lake, set as the server sets it."""
    connection = duckdb.connect(config={"extension_directory": str(ROOT / ".deps/extensions")})
    if threads:
      connection.execute(f"SET threads = {threads}")
    connection.execute("SET TimeZone = 'UTC'")
    for extension in ("ducklake", "postgres_scanner"):
      connection.execute(f"LOAD {extension}")
    connection.execute(
      f"ATTACH 'ducklake:{self.catalog}' AS lakehouse "
      f"(DATA_PATH '{self.data}/', DATA_INLINING_ROW_LIMIT 0)"
    )
    connection.execute("USE lakehouse")
    return connection

  @property
  def catalog(self) -> str:
    if not self.cluster:
      return f"{self.data}.ducklake"
    cluster = self.cluster
    return (
      f"postgres:host=127.0.0.1 port={cluster.port} dbname={self.name} user={USER} "
      f"password={cluster.password} sslmode=verify-full sslrootcert={cluster.authority.path}"
    )

  def load_tpch(self, dataset: Dataset) -> None:
    with self.attach() as connection:
      connection.execute(f"ATTACH '{dataset.path}' AS source (READ_ONLY)")
      for table in TPCH_TABLES:
        connection.execute(f"CREATE TABLE {table} AS FROM source.{table}")


@contextlib.contextmanager
def postgres() -> Iterator[tuple[Postgres, Path]]:
  """A cluster of PostgreSQL, and a folder for the lakes of which it has the catalogs."""
  with tempfile.TemporaryDirectory(prefix="lakehouse-bench-") as folder:
    # PostgreSQL's own user must get to its part of it.
    Path(folder).chmod(0o711)
    (home := Path(folder, "home")).mkdir()
    with socket.socket() as probe:
      probe.bind(("127.0.0.1", 0))
      port = probe.getsockname()[1]
    cluster = Postgres(home, port)
    cluster.start()
    try:
      yield cluster, Path(folder)
    finally:
      cluster.stop()
