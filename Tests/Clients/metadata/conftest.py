"""Servers of the tests of metadata."""

from __future__ import annotations

import pytest

from support.flightsql import RawClient


@pytest.fixture
def own(start):
  """A client of a server whose database is this test's alone."""
  opened = []

  def connect(*arguments: str) -> RawClient:
    opened.append(RawClient(start(*arguments).address))
    return opened[-1]

  yield connect
  for one in opened:
    one.close()
