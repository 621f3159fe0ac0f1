"""A server that listens on a socket of the file system."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess

import pyarrow.flight as flight
import pytest

from support.flightsql import Command
from support.server import binary_path, clean_environment


def test_a_server_that_is_there_keeps_its_socket(tmp_path):
  """Also while it is too busy for others to connect."""
  path = tmp_path / "lakehouse.sock"
  command = [str(binary_path()), "--host", f"unix:{path}"]
  with contextlib.ExitStack() as stack:
    process = stack.enter_context(
      subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment())
    )
    stack.callback(process.terminate)
    assert process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    stack.callback(process.send_signal, signal.SIGCONT)
    with pytest.raises(BlockingIOError):
      while True:
        client = stack.enter_context(socket.socket(socket.AF_UNIX))
        client.setblocking(False)
        client.connect(str(path))
    second = subprocess.run(
      command, capture_output=True, text=True, env=clean_environment(), timeout=60
    )
    assert second.returncode != 0 and "is in use already" in second.stderr
  assert process.wait(20) == 0


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
