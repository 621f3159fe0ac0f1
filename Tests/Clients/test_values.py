"""Values of random types, and of vectors of every shape, compared with DuckDB's own export."""

from __future__ import annotations

import pytest

from support.columns import COLUMNS, Column, select
from support.flightsql import read_table
from support.tables import assert_equal
from support.type_trees import Grower

TREES_PER_DEPTH = 30


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(TREES_PER_DEPTH))
def test_a_random_type(client, oracle, depth: int, seed: int):
  grower = Grower(1000 * depth + seed)
  column = grower.column(depth)
  row_count = grower.random.choice([1, 9, 300, 2049])
  found = read_table(client, select([column], row_count))
  expected = oracle.execute(select([column], row_count, expected=True)).to_arrow_table()
  assert_equal(found, expected)


@pytest.mark.parametrize("seed", range(5))
def test_random_types_side_by_side_in_batches_of_any_size(client, oracle, seed: int):
  """Rows of a few kilobytes, so that batches end within chunks and within their lists."""
  grower = Grower(7000 + seed)
  trees = [grower.column(grower.random.randint(2, 4)) for _ in range(6)]
  columns = [Column(f"c{n}", tree.sql, tree.expected) for n, tree in enumerate(trees)]
  filler = ", repeat('filler ' || i, (hash(i) % 300)::INTEGER) AS filler FROM"
  sql = select(columns, 6000).replace(" FROM range(6000)", f"{filler} range(6000)")
  expected = select(columns, 6000, expected=True).replace(
    " FROM range(6000)", f"{filler} range(6000)")
  found = read_table(client, sql)
  assert found.column("filler").num_chunks > 2
  assert_equal(found, oracle.execute(expected).to_arrow_table())


TABLES = """
  WITH facts AS (SELECT i, (hash(i) % 40)::INTEGER AS key FROM range(30000) AS t(i)),
  dimension AS (SELECT k::INTEGER AS key, 'name of key ' || k AS name,
    CASE WHEN k % 3 = 0 THEN NULL ELSE k / 7 END AS ratio, [k, NULL] AS list,
    {'k': k, 'text': repeat('k', k::INTEGER)} AS row, MAP {k: 'v' || k} AS map,
    [k, k + 1]::BIGINT[2] AS pair, k % 2 = 0 AS even
    FROM range(40) AS t(k))
"""

SHAPES = {
  "constants": """
    SELECT i, 7 AS number, 'a text that is longer than twelve bytes' AS text, true AS yes,
      NULL::VARCHAR AS nothing, [1, NULL, 3] AS list, {'a': 1, 'b': NULL::DATE} AS row,
      MAP {'k': NULL::INTEGER} AS map, ['x', NULL]::VARCHAR[2] AS pair, 1.5::DECIMAL(9, 2) AS d
    FROM range(5000) AS t(i)""",
  "dictionaries": f"{TABLES} SELECT * FROM facts JOIN dimension USING (key) ORDER BY i",
  "filtered": f"{TABLES} SELECT * FROM facts JOIN dimension USING (key) WHERE i % 61 < 2 "
    "ORDER BY i",
  "outer": f"{TABLES} SELECT * FROM facts LEFT JOIN (SELECT * FROM dimension WHERE key % 3 = 1) d "
    "USING (key) ORDER BY i",
  "sequences": "SELECT i, -i AS j, i * 3 + 7 AS k FROM range(70000) AS t(i)",
  "chosen": """
    SELECT l[2:3] AS slice, list_reverse(l) AS reversed, l[1] AS first, s.a AS member
    FROM (SELECT i, range(i % 9) AS l, {'a': repeat('a', (i % 20)::INTEGER)} AS s
      FROM range(20000) AS t(i)) WHERE i % 5 <> 2 ORDER BY i DESC""",
  "aggregated": """
    SELECT i % 100 AS k, list(i ORDER BY i) AS l, histogram(i % 3) AS h, sum(i) AS s,
      first({'i': i} ORDER BY i) AS f
    FROM range(20000) AS t(i) GROUP BY k ORDER BY k""",
  "unnested": "SELECT i, unnest(range(i % 7)) AS e FROM range(5000) AS t(i) ORDER BY i, e",
  "unions": """
    SELECT NULL::BIGINT AS x UNION ALL SELECT i FROM range(2047) AS t(i)
    UNION ALL SELECT NULL FROM range(2049)""",
  "windows": """
    SELECT i, lag(i::VARCHAR, 3) OVER (ORDER BY i) AS before, sum(i) OVER (ORDER BY i) AS total
    FROM range(9000) AS t(i) ORDER BY i""",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_of_vectors(client, oracle, shape: str):
  found = read_table(client, SHAPES[shape])
  assert_equal(found, oracle.execute(SHAPES[shape]).to_arrow_table())


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_type_within_others(client, oracle, column: Column):
  """Each type's own loops under each parent, whose NULLs hide values of every type."""
  # NaN doesn't equal itself within a list.
  rows = "range(600) AS t(i)" + " WHERE i % 7 <> 0" * (column.name in ("float", "double"))

  def nested(sql: str) -> str:
    return (
      "SELECT CASE WHEN i % 4 = 1 THEN NULL ELSE [c, NULL, c] END AS l, "
      "[{'c': c}, NULL][1 + (i % 4 = 2)::INTEGER] AS s, MAP {i: c} AS m, "
      "[array_value(c, c), NULL][1 + (i % 4 = 3)::INTEGER] AS a "
      f"FROM (SELECT i, {sql} AS c FROM {rows})"
    )

  found = read_table(client, nested(column.sql))
  assert_equal(found, oracle.execute(nested(column.expected)).to_arrow_table())
