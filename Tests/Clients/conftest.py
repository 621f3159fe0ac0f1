"""Fixtures: a server shared by all tests, servers of a test's own, and clients of each kind."""

from __future__ import annotations

import itertools

import adbc_driver_flightsql.dbapi as adbc
import duckdb
import pyarrow.flight as flight
import pytest

from support.flightsql import RawClient
from support.server import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server():
  """One server with a database in memory. Its tables are every test's: see `name`."""
  with Server() as running:
    yield running
    assert running.process.poll() is None, f"the server died\n{running.stderr}"


def _starting():
  """Starts servers that end with the fixture: cleanly, or the test has failed."""
  running: list[Server] = []

  def started(*arguments: str, **settings) -> Server:
    one = Server(*arguments, **settings)
    running.append(one)
    return one

  yield started
  try:
    for one in running:
      code = one.process.poll()
      code = one.stop() if code is None else code
      assert code == 0, f"ended with code {code}\n{one.stderr}"
  finally:
    for one in running:
      one.kill()


start = pytest.fixture(_starting)
start_module = pytest.fixture(scope="module")(_starting)


@pytest.fixture
def one_thread(start):
  """A server whose DuckDB has one thread.

  With more, DuckDB now and then reports that it stopped a failing result instead of why.
  """
  return start("--init-sql", "SET GLOBAL threads = 1")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
  """Adds the shared server's last words to the report of a test that failed."""
  report = yield
  shared = getattr(item, "funcargs", {}).get("server")
  if report.failed and shared:
    report.sections.append(("server's standard error", shared.stderr[-4000:]))
  return report


@pytest.fixture
def name() -> str:
  """A name for a table that no other test uses."""
  return f"t{next(_numbers)}"


@pytest.fixture
def connection(server):
  """An ADBC connection that commits each statement."""
  with adbc.connect(server.uri, autocommit=True) as opened:
    yield opened


@pytest.fixture
def cursor(connection):
  with connection.cursor() as opened:
    yield opened


@pytest.fixture
def client(server):
  """Arrow's C++ client."""
  with flight.connect(server.uri) as opened:
    yield opened


@pytest.fixture
def raw(server):
  """Plain gRPC, with its default limit of 4 MiB a message."""
  with RawClient(server.address) as opened:
    yield opened


@pytest.fixture(scope="session")
def oracle():
  """DuckDB in this process, of the server's own version."""
  with duckdb.connect() as opened:
    opened.execute("SET TimeZone = 'UTC'")
    yield opened
