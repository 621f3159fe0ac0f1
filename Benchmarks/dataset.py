"""TPC-H's tables in a database file, made once and kept."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from support.server import ROOT

LINEITEM = "SELECT * FROM lineitem"


class Dataset:
  def __init__(self, folder: Path, scale: float):
    self.folder = folder
    self.scale = scale

  @property
  def path(self) -> Path:
    """The database file, generated if it is not there yet."""
    path = self.folder / f"tpch-{self.scale:g}-duckdb-{duckdb.__version__}.db"
    if not path.exists():
      self.generate(path)
    return path

  def generate(self, path: Path) -> None:
    print(f"generating TPC-H at scale {self.scale:g} in {path} …", file=sys.stderr, flush=True)
    self.folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(unfinished) as connection:
      load_tpch(connection)
      connection.execute("CALL dbgen(sf = ?)", [self.scale])
      connection.execute("CHECKPOINT")
    unfinished.rename(path)

  def connect(self) -> duckdb.DuckDBPyConnection:
    """In-process DuckDB on the file, which servers have open too: nobody writes."""
    connection = duckdb.connect(self.path, read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    return connection

  def queries(self) -> list[str]:
    """TPC-H's queries, 1 to 22."""
    with duckdb.connect() as connection:
      load_tpch(connection)
      texts = connection.execute("SELECT query FROM tpch_queries() ORDER BY query_nr").fetchall()
    return [text for (text,) in texts]


def load_tpch(connection: duckdb.DuckDBPyConnection) -> None:
  """Loads the extension that `scripts/setup` has brought."""
  found = sorted(ROOT.glob(f".deps/extensions/v{duckdb.__version__}/*/tpch.duckdb_extension"))
  if not found:
    sys.exit("the tpch extension is missing: run scripts/setup")
  connection.execute(f"LOAD '{found[0]}'")


def write_batches(path: Path, schema: pa.Schema, batches: list[pa.RecordBatch]) -> None:
  """Keeps record batches, boundaries and all, for a server that sends them from memory."""
  with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
    for batch in batches:
      writer.write_batch(batch)
