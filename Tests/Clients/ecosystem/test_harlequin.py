"""Harlequin's ADBC adapter, as the terminal client drives it."""

from __future__ import annotations

import pytest
from harlequin.exception import HarlequinConnectionError, HarlequinQueryError
from harlequin_adbc import HarlequinAdbcAdapter


@pytest.fixture
def harlequin(server):
  opened = HarlequinAdbcAdapter((server.uri,), driver_type="flightsql").connect()
  yield opened
  opened.conn.close()


def test_a_query(harlequin):
  found = harlequin.execute("SELECT i, 'row ' || i AS s, i / 2 AS x FROM range(3) AS rows(i)")
  assert found.columns() == [("i", "##"), ("s", "s"), ("x", "#.#")]
  assert found.fetchall().to_pylist() == [
    {"i": 0, "s": "row 0", "x": 0.0},
    {"i": 1, "s": "row 1", "x": 0.5},
    {"i": 2, "s": "row 2", "x": 1.0},
  ]


def test_a_limit(harlequin):
  found = harlequin.execute("SELECT i FROM range(1000000) AS rows(i)").set_limit(3)
  assert found.fetchall() == [(0,), (1,), (2,)]


def test_an_error(harlequin):
  with pytest.raises(HarlequinQueryError, match="nosuch"):
    harlequin.execute("SELECT * FROM nosuch")
  assert harlequin.execute("SELECT 42 AS v").fetchall().to_pylist() == [{"v": 42}]


def test_the_catalog_needs_an_older_duckdb(harlequin):
  """The adapter filters through DuckDB's Python package; with 1.3.2 beside it the tree is drawn.

  Said in docs/clients.md, so that it is noticed when it changes.
  """
  with pytest.raises(AttributeError, match="to_pylist"):
    harlequin.get_catalog()


def test_a_server_that_is_not_there():
  adapter = HarlequinAdbcAdapter(("grpc://127.0.0.1:1",), driver_type="flightsql")
  with pytest.raises((HarlequinConnectionError, HarlequinQueryError)):
    adapter.connect().execute("SELECT 1")
