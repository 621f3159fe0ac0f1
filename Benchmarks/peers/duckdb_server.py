"""A Flight server of a few lines over DuckDB: results streamed in batches of 65,536 rows."""

from __future__ import annotations

import duckdb
import pyarrow.flight as flight

from flight_sql import FlightSQLServer, parser, serve

BATCH_ROWS = 65_536


class DuckDBServer(FlightSQLServer):
  def __init__(self, path: str, certificate: str | None = None):
    super().__init__(certificate)
    self.database = duckdb.connect(path, read_only=True)
    self.database.execute("SET GLOBAL TimeZone = 'UTC'")

  def reader(self, sql: str):
    return self.database.cursor().execute(sql).to_arrow_reader(BATCH_ROWS)

  def schema_of(self, sql):
    return self.reader(f"SELECT * FROM ({sql.decode()}) LIMIT 0").schema

  def stream_of(self, sql):
    return flight.RecordBatchStream(self.reader(sql.decode()))


def main() -> None:
  arguments = parser(__doc__)
  arguments.add_argument("database")
  chosen = arguments.parse_args()
  serve(DuckDBServer(chosen.database, chosen.certificate))


if __name__ == "__main__":
  main()
