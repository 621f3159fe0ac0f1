"""Primary and foreign keys as clients see them."""

from __future__ import annotations

import pytest

from support.flightsql import run
from support.metadata import get_cross_reference, get_keys, rows


@pytest.fixture
def keyed(own):
  raw = own()
  for catalog in ("memory", "x"):
    if catalog == "x":
      run(raw, "ATTACH ':memory:' AS x")
    run(raw, f"USE {catalog}.main", "CREATE SCHEMA s")
    for schema in ("main", "s"):
      run(
        raw,
        f"USE {catalog}.{schema}",
        "CREATE TABLE \"P's\" (a INTEGER, \"B,c\" INTEGER, u INTEGER UNIQUE,"
        " PRIMARY KEY (\"B,c\", a))",
        "CREATE TABLE f (i INTEGER PRIMARY KEY, x INTEGER, y INTEGER, z INTEGER, p INTEGER,"
        " FOREIGN KEY (y, x) REFERENCES \"p's\" (\"b,C\", A),"
        " FOREIGN KEY (z) REFERENCES \"P's\" (U),"
        " FOREIGN KEY (p) REFERENCES f (i))",
      )
  run(raw, "USE memory.main")
  return raw


def test_primary_keys_are_in_the_keys_order(keyed):
  assert rows(keyed, get_keys("PrimaryKeys", "P's", "memory", "s")) == [
    ("memory", "s", "P's", "B,c", 1, "P's_b,c_a_pkey"),
    ("memory", "s", "P's", "a", 2, "P's_b,c_a_pkey"),
  ]
  everywhere = rows(keyed, get_keys("PrimaryKeys", "f"))
  assert [row[:2] for row in everywhere] == [
    ("memory", "main"), ("memory", "s"), ("x", "main"), ("x", "s"),
  ]


@pytest.mark.parametrize("kind", ["PrimaryKeys", "ImportedKeys", "ExportedKeys"])
def test_keys_are_asked_for_by_exact_names(keyed, kind: str):
  for arguments in [
    ("F",), ("_",), ("%",), ("",), ("f", ""), ("f", "%"), ("f", "memory", ""),
    ("f", "memory", "m%"),
  ]:
    assert rows(keyed, get_keys(kind, *arguments)) == [], arguments


def reference(schema: str, pk: tuple[str, str], fk: str, sequence: int, names: tuple[str, str]):
  return ("memory", schema, *pk, "memory", schema, "f", fk, sequence, *names, 3, 3)


def references(schema: str):
  primary = ("f_y_x_b,c_a_fkey", "P's_b,c_a_pkey")
  return [
    reference(schema, ("P's", "B,c"), "y", 1, primary),
    reference(schema, ("P's", "a"), "x", 2, primary),
    reference(schema, ("P's", "u"), "z", 1, ("f_z_u_fkey", "P's_u_key")),
    reference(schema, ("f", "i"), "p", 1, ("f_p_i_fkey", "f_i_pkey")),
  ]


def test_imported_keys_name_the_columns_as_they_are_stored(keyed):
  assert rows(keyed, get_keys("ImportedKeys", "f", "memory", "s")) == references("s")
  assert len(rows(keyed, get_keys("ImportedKeys", "f"))) == 16
  assert rows(keyed, get_keys("ImportedKeys", "P's")) == []


def test_exported_keys_are_ordered_by_who_refers(keyed):
  found = rows(keyed, get_keys("ExportedKeys", "P's", "memory"))
  assert sorted(found) == sorted([*references("main")[:3], *references("s")[:3]])
  order = [(row[4], row[5], row[6], row[9], row[8]) for row in found]
  assert order == sorted(order)


def test_cross_reference(keyed):
  assert (
    rows(keyed, get_cross_reference(("memory", "s", "P's"), (None, None, "f")))
    == references("s")[:3]
  )
  assert rows(keyed, get_cross_reference(("memory", "s", "P's"), ("memory", "main", "f"))) == []
  assert rows(keyed, get_cross_reference((None, None, "f"), (None, None, "P's"))) == []
  assert (
    rows(keyed, get_cross_reference(("memory", "main", "f"), (None, None, "f")))
    == references("main")[3:]
  )
