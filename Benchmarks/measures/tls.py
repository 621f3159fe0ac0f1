"""All of lineitem over TLS, to Arrow's C++ client."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pyarrow.flight as flight

from Benchmarks.measures.stream import cpp_client, keep_batches, timed
from Benchmarks.peer import Peer
from Benchmarks.report import Row
from Benchmarks.setting import Setting, alternating
from support.certificates import Authority


def measure(setting: Setting) -> list[Row]:
  database = str(setting.dataset.path)
  with (
    contextlib.ExitStack() as stack,
    tempfile.TemporaryDirectory() as folder,
    setting.dataset.connect() as connection,
  ):
    authority = Authority(Path(folder))
    certificate = authority.sign("server")
    both = Path(folder, "both.pem")
    both.write_bytes(certificate.pem + certificate.key_pem)
    same, large = Path(folder, "same.arrow"), Path(folder, "large.arrow")
    encrypted = stack.enter_context(
      setting.lakehouse(
        "--database", database, "--read-only",
        "--tls-cert", str(certificate.certificate), "--tls-key", str(certificate.key),
      )
    )
    plain = stack.enter_context(setting.lakehouse("--database", database, "--read-only"))
    byte_count = keep_batches(plain.uri, connection, same, large)
    tls = ("--certificate", str(both))
    ports = {
      "Lakehouse": encrypted.port,
      "same batches": stack.enter_context(Peer("ceiling", "--lineitem", str(same), *tls)).port,
      "DuckDB": stack.enter_context(Peer("duckdb_server", database, *tls)).port,
    }
    uris = {name: f"grpc+tls://127.0.0.1:{port}" for name, port in ports.items()}
    uris["Lakehouse, plain"] = plain.uri

    def client(uri: str) -> flight.FlightClient:
      roots = {"tls_root_certs": authority.pem} if "tls" in uri else {}
      return stack.enter_context(flight.connect(uri, **roots))

    rates = alternating(
      setting.runs,
      {name: timed(cpp_client(client(uri)), byte_count) for name, uri in uris.items()},
    )
  return [
    row(rates, "same batches", "Arrow C++ server sending the same batches from memory", 0.8),
    row(rates, "DuckDB", "pyarrow server over DuckDB", 0.8),
    row(rates, "Lakehouse, plain", "Lakehouse without TLS"),
  ]


def row(
  rates: dict[str, list[float]], peer: str, label: str, at_least: float | None = None
) -> Row:
  return Row("lineitem over TLS to C++", "GB/s", rates["Lakehouse"], rates[peer], label, at_least)
