"""Prepared statements of the tests of parameters."""

from __future__ import annotations

import pytest


@pytest.fixture
def prepared(raw):
  """Prepares statements, and closes them in the end."""
  handles: list[bytes] = []

  def prepare(sql: str) -> bytes:
    handles.append(raw.prepare(sql).handle)
    return handles[-1]

  yield prepare
  for handle in handles:
    raw.close_prepared(handle)
