"""Polars over an ADBC connection, and by URI."""

from __future__ import annotations

import datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

FRAME = pl.DataFrame(
  {
    "i": [1, 2, 3],
    "s": ["one", None, "dreißig"],
    "c": pl.Series(["u", "v", "u"], dtype=pl.Categorical),
    "d": [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)],
    "t": [datetime.datetime(2024, 2, 29, 12, 34, 56, 789), None, None],
    "l": [[1], [2, None], None],
    "n": [{"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 3, "b": "z"}],
    "x": [0.5, None, -1.5],
    "b": [True, None, False],
  }
)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
  """As a database gives it back: categories are text."""
  return frame.with_columns(pl.col("c").cast(pl.String))


@pytest.fixture
def uri(server) -> str:
  """`flightsql://` is TLS unless it says otherwise."""
  return f"flightsql://{server.address}?transport=tcp"


def test_read_database(connection):
  found = pl.read_database("SELECT i, 'row ' || i AS s FROM range(3) AS rows(i)", connection)
  assert found.to_dict(as_series=False) == {"i": [0, 1, 2], "s": ["row 0", "row 1", "row 2"]}


def test_read_database_with_parameters(connection):
  found = pl.read_database(
    "SELECT ?::INTEGER + 1 AS v", connection, execute_options={"parameters": [41]}
  )
  assert found.to_dicts() == [{"v": 42}]


def test_read_database_in_batches(connection):
  frames = pl.read_database(
    "SELECT i FROM range(500000) AS rows(i)", connection, iter_batches=True, batch_size=100_000
  )
  assert pl.concat(frames)["i"].sum() == 124_999_750_000


def test_read_database_uri(uri):
  found = pl.read_database_uri("SELECT i FROM range(5) AS rows(i)", uri, engine="adbc")
  assert found["i"].to_list() == [0, 1, 2, 3, 4]
  both = pl.read_database_uri(
    "SELECT ? || '!' AS v", uri, engine="adbc", execute_options={"parameters": ["x"]}
  )
  assert both.to_dicts() == [{"v": "x!"}]


def test_write_database_and_back(connection, name):
  assert FRAME.write_database(name, connection, engine="adbc") == 3
  found = pl.read_database(f"SELECT * FROM {name} ORDER BY i", connection)
  assert_frame_equal(found, plain(FRAME))


def test_write_database_with_several_enums_and_categoricals(connection, name):
  """The driver describes them by tables that share a shape with others."""
  frame = pl.DataFrame(
    {
      "c": pl.Series(["x", "y"], dtype=pl.Categorical),
      "d": pl.Series(["y", None], dtype=pl.Categorical),
      "e": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"])),
      "f": pl.Series([["x"], ["y", "x"]], dtype=pl.List(pl.Enum(["x", "y"]))),
    }
  )
  assert frame.write_database(name, connection, engine="adbc") == 2
  assert pl.read_database(f"SELECT * FROM {name}", connection).to_dicts() == frame.to_dicts()


def test_write_database_by_uri(uri, connection, name):
  assert FRAME.write_database(name, uri, engine="adbc") == 3
  found = pl.read_database(f"SELECT * FROM {name} ORDER BY i", connection)
  assert_frame_equal(found, plain(FRAME))


def test_write_database_where_there_is_a_table(connection, name):
  FRAME.write_database(name, connection, engine="adbc")
  with pytest.raises(Exception, match="already exists"):
    FRAME.write_database(name, connection, engine="adbc")
  FRAME.write_database(name, connection, engine="adbc", if_table_exists="append")
  assert pl.read_database(f"SELECT i FROM {name}", connection).height == 6
  FRAME.head(1).write_database(name, connection, engine="adbc", if_table_exists="replace")
  assert pl.read_database(f"SELECT i FROM {name}", connection)["i"].to_list() == [1]


def test_write_database_into_a_schema(connection, cursor, name):
  cursor.execute(f"CREATE SCHEMA {name}")
  FRAME.write_database(f"{name}.t", connection, engine="adbc")
  assert pl.read_database(f"SELECT i FROM {name}.t", connection).height == 3


def test_a_scheme_that_names_no_driver(server):
  """Said in docs/clients.md, so that it is noticed when it changes."""
  with pytest.raises(ModuleNotFoundError, match="adbc_driver_grpc"):
    pl.read_database_uri("SELECT 1", server.uri, engine="adbc")
