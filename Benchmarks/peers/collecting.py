"""A Flight server of a few lines that takes rows in the plain way: collect all, then insert."""

from __future__ import annotations

import os

# What arrives isn't aligned, which this library reports to standard error for each batch.
os.environ["ACERO_ALIGNMENT_HANDLING"] = "ignore"

import duckdb  # noqa: E402
import pyarrow as pa  # noqa: E402

from flight_sql import FlightSQLServer, parser, protobuf, serve, unpack  # noqa: E402


class CollectingServer(FlightSQLServer):
  def __init__(self):
    super().__init__()
    self.database = duckdb.connect()

  def do_put(self, context, descriptor, reader, writer):
    _, command = unpack(descriptor.command)
    name = protobuf.first(command, 2).decode()
    cursor = self.database.cursor()
    rows = reader.read_all()
    cursor.register("rows", rows)
    cursor.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows LIMIT 0")
    cursor.execute(f"INSERT INTO {name} SELECT * FROM rows")
    writer.write(pa.py_buffer(protobuf.message((1, rows.num_rows))))


def main() -> None:
  parser(__doc__).parse_args()
  serve(CollectingServer())


if __name__ == "__main__":
  main()
