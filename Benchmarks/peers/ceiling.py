"""A Flight server that runs no query: record batches from memory, sent by Arrow's C++ code.

Every query that names lineitem is answered with the batches of the file it was given, every other
one with the constant 42. `SELECT 42` itself is answered without a look at the message.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.flight as flight

from flight_sql import FlightSQLServer, parser, serve


class CeilingServer(FlightSQLServer):
  def __init__(self, lineitem: pa.Table, certificate: str | None = None):
    super().__init__(certificate)
    self.lineitem = lineitem
    self.constant = pa.table({"42": pa.array([42], pa.int32())})
    self.constant_info = super().info_of(
      b"SELECT 42", flight.FlightDescriptor.for_command(b"SELECT 42")
    )

  def table_of(self, sql: bytes) -> pa.Table:
    return self.lineitem if b"lineitem" in sql else self.constant

  def schema_of(self, sql):
    return self.table_of(sql).schema

  def stream_of(self, sql):
    return flight.RecordBatchStream(self.table_of(sql))

  def get_flight_info(self, context, descriptor):
    if b"SELECT 42" in descriptor.command:
      return self.constant_info
    return super().get_flight_info(context, descriptor)


def main() -> None:
  arguments = parser(__doc__)
  arguments.add_argument("--lineitem", help="an Arrow file")
  chosen = arguments.parse_args()
  path = chosen.lineitem
  lineitem = pa.table({})
  if path:
    with pa.OSFile(path, "rb") as file:
      lineitem = pa.ipc.open_file(file).read_all()
  serve(CeilingServer(lineitem, chosen.certificate))


if __name__ == "__main__":
  main()
