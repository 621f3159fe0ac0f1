"""Fixtures: the transport's test server, shared or a test's own, and a client of it."""

from __future__ import annotations

import pytest

from transport.echo import EchoClient, EchoServer


@pytest.fixture(scope="session")
def shared_echo():
  running = EchoServer()
  yield running
  running.stop()


@pytest.fixture
def start_echo():
  """Starts servers with settings of their own; each must end well."""
  running: list[EchoServer] = []

  def started(**settings: int) -> EchoServer:
    running.append(EchoServer(**settings))
    return running[-1]

  yield started
  for one in running:
    one.stop()


@pytest.fixture
def echo(shared_echo):
  with EchoClient(shared_echo) as client:
    yield client
