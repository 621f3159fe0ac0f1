"""What docs/clients.md tells people to write."""

from __future__ import annotations

import pytest

from support.recipes import recipes, run

EXPECTED = {
  "ADBC for Python": "('Trick',)",
  "pandas": "Trick",
  "Polars": "Trick",
  "pyarrow.flight": "[[42]]",
  "A pool": "(42,)",
}


def test_every_recipe_is_run_somewhere():
  assert set(recipes()) == {*EXPECTED, "SQLAlchemy"}


@pytest.mark.parametrize("heading", EXPECTED)
def test_a_recipe(server, name, capsys, heading: str):
  run(heading, server.address, name)
  assert EXPECTED[heading] in capsys.readouterr().out
