"""The part of Flight SQL that a peer needs: query text in, ticket out, with and without preparing.

A ticket and a prepared statement's handle are the query's own text.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as flight

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Clients"))

from support import protobuf  # noqa: E402
from support.flightsql import any_message, unpack  # noqa: E402


class FlightSQLServer(flight.FlightServerBase):
  """Answers queries with whatever `schema_of` and `stream_of` say."""

  def __init__(self, certificate: str | None = None):
    """`certificate` is a PEM file with a certificate and its key, for TLS."""
    if certificate is None:
      super().__init__("grpc://127.0.0.1:0")
      return
    pem = Path(certificate).read_bytes()
    super().__init__("grpc+tls://127.0.0.1:0", tls_certificates=[(pem, pem)])

  def schema_of(self, sql: bytes) -> pa.Schema:
    raise NotImplementedError

  def stream_of(self, sql: bytes) -> flight.FlightDataStream:
    raise NotImplementedError

  def info_of(self, sql: bytes, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
    endpoint = flight.FlightEndpoint(sql, [])
    return flight.FlightInfo(self.schema_of(sql), descriptor, [endpoint], -1, -1)

  def get_flight_info(self, context, descriptor):
    name, command = unpack(descriptor.command)
    if name not in ("CommandStatementQuery", "CommandPreparedStatementQuery"):
      raise NotImplementedError(name)
    return self.info_of(protobuf.first(command, 1), descriptor)

  def do_get(self, context, ticket):
    return self.stream_of(ticket.ticket)

  def do_action(self, context, action):
    if action.type == "CreatePreparedStatement":
      _, request = unpack(action.body.to_pybytes())
      sql = protobuf.first(request, 1)
      schema = self.schema_of(sql).serialize().to_pybytes()
      result = protobuf.message((1, sql), (2, schema))
      return [any_message("ActionCreatePreparedStatementResult", result)]
    if action.type == "ClosePreparedStatement":
      return []
    raise NotImplementedError(action.type)


def serve(server: FlightSQLServer) -> None:
  """Prints the port and serves until the process is ended."""
  print(server.port, flush=True)
  server.serve()


def parser(description: str) -> argparse.ArgumentParser:
  made = argparse.ArgumentParser(description=description.split("\n")[0])
  made.add_argument("--certificate", help="a PEM file with a certificate and its key, for TLS")
  return made
