"""pandas over an ADBC connection."""

from __future__ import annotations

import pandas as pd
import pytest

FRAME = pd.DataFrame(
  {
    "i": [1, 2, 3],
    "x": [0.5, None, -1.5],
    "s": ["one", None, "dreißig"],
    "t": pd.to_datetime(["2024-02-29 12:34:56.789", None, "1970-01-01 00:00:00.000"]),
    "b": [True, False, True],
    "c": pd.Categorical(["u", "v", "u"]),
  }
)


def read(connection, table: str) -> pd.DataFrame:
  return pd.read_sql(f"SELECT * FROM {table} ORDER BY i", connection)


def test_read_sql(connection):
  found = pd.read_sql("SELECT i, 'row ' || i AS s, i / 2 AS x FROM range(3) AS rows(i)", connection)
  assert found["i"].tolist() == [0, 1, 2]
  assert found["s"].tolist() == ["row 0", "row 1", "row 2"]
  assert found["x"].tolist() == [0.0, 0.5, 1.0]


def test_read_sql_as_arrow(connection):
  sql = "SELECT 1 AS i, 'x' AS s, DATE '2024-02-29' AS d, [1, 2] AS l"
  found = pd.read_sql(sql, connection, dtype_backend="pyarrow")
  assert [str(kind) for kind in found.dtypes[:3]] == [
    "int32[pyarrow]", "string[pyarrow]", "date32[day][pyarrow]"
  ]
  assert found["l"].tolist() == [[1, 2]]


def test_to_sql_and_back(connection, name):
  assert FRAME.to_sql(name, connection, index=False) == 3
  found = read(connection, name)
  assert found["i"].tolist() == [1, 2, 3]
  assert found["x"].fillna(0).tolist() == [0.5, 0, -1.5]
  assert found["s"].isna().tolist() == [False, True, False]
  assert found["s"].iloc[2] == "dreißig"
  assert found["t"].iloc[0] == pd.Timestamp("2024-02-29 12:34:56.789")
  assert found["t"].isna().tolist() == [False, True, False]
  assert found["b"].tolist() == [True, False, True]
  assert found["c"].tolist() == ["u", "v", "u"]


def test_to_sql_where_there_is_a_table(connection, name):
  FRAME.to_sql(name, connection, index=False)
  with pytest.raises(ValueError, match="already exists"):
    FRAME.to_sql(name, connection, index=False)
  assert FRAME.to_sql(name, connection, index=False, if_exists="append") == 3
  assert read(connection, name)["i"].tolist() == [1, 1, 2, 2, 3, 3]
  assert FRAME.head(1).to_sql(name, connection, index=False, if_exists="replace") == 1
  assert read(connection, name)["i"].tolist() == [1]
  assert FRAME.to_sql(name, connection, index=False, if_exists="delete_rows") == 3
  assert read(connection, name)["i"].tolist() == [1, 2, 3]


def test_to_sql_with_the_index_into_a_schema(connection, cursor, name):
  cursor.execute(f"CREATE SCHEMA {name}")
  FRAME.set_index("i").to_sql("indexed", connection, schema=name)
  assert read(connection, f"{name}.indexed")["i"].tolist() == [1, 2, 3]


def test_read_sql_table(connection, name):
  FRAME.to_sql(name, connection, index=False)
  found = pd.read_sql_table(name, connection, columns=["s", "i"])
  assert list(found.columns) == ["s", "i"]
  assert sorted(found["i"]) == [1, 2, 3]
  with pytest.raises(ValueError, match="not found"):
    pd.read_sql_table(f"no_{name}", connection)


def test_what_pandas_lacks_over_adbc(connection):
  """Said in docs/clients.md, so that it is noticed when it changes."""
  with pytest.raises(NotImplementedError, match="params"):
    pd.read_sql("SELECT ?", connection, params=[1])
  with pytest.raises(NotImplementedError, match="chunksize"):
    pd.read_sql("SELECT 1", connection, chunksize=10)
