"""The recipes of docs/clients.md, as they are written there."""

from __future__ import annotations

import re
import sys
import types

from .server import ROOT

ADDRESS = "127.0.0.1:31337"


def recipes() -> dict[str, str]:
  """The first Python block of each section, by its heading."""
  text = (ROOT / "docs" / "clients.md").read_text()
  found = {}
  for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
    if block := re.search(r"^```python\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL):
      found[section.partition("\n")[0]] = block[1]
  return found


def run(heading: str, address: str, name: str) -> None:
  """Runs a recipe against this server, with a table of its own."""
  source = recipes()[heading].replace(ADDRESS, address).replace("ducks", name)
  module = types.ModuleType("recipe")
  sys.modules["recipe"] = module
  exec(compile(source, f"docs/clients.md, {heading}", "exec"), vars(module))
