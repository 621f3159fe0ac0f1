"""A server that listens on a socket of the file system."""

from __future__ import annotations

import subprocess

import pyarrow.flight as flight
import pytest

from support.flightsql import Command
from support.server import binary_path, clean_environment


@pytest.mark.parametrize("named", ["{folder}/lakehouse.sock", "lakehouse.sock"])
def test_a_socket_of_the_file_system(tmp_path, named: str):
  path = tmp_path / "lakehouse.sock"
  command = [str(binary_path()), "--host", f"unix:{named.format(folder=tmp_path)}"]
  with subprocess.Popen(
    command, stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd=tmp_path
  ) as process:
    try:
      assert f" listening on grpc+unix://{path} " in process.stdout.readline()
      with flight.connect(f"grpc+unix://{path}") as client:
        info = client.get_flight_info(
          flight.FlightDescriptor.for_command(Command.query("SELECT 42 AS n"))
        )
        assert client.do_get(info.endpoints[0].ticket).read_all().to_pydict() == {"n": [42]}
    finally:
      process.terminate()
    assert process.wait(20) == 0
  assert not path.exists()
