"""What a server has logged, as records."""

from __future__ import annotations

import json
import re

from support.server import Server, eventually

TEXT_LINE = re.compile(r"^(?P<time>\S+) (?P<level>\S+) (?P<component>\S+): (?P<rest>.*)$")
FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?: |$)')


def json_records(server: Server) -> list[dict]:
  """Each line that is whole, which must be an object of its own: the last may be being written."""
  return [json.loads(line) for line in server.stderr.splitlines(keepends=True) if line[-1] == "\n"]


def text_fields(line: str) -> dict[str, str]:
  match = TEXT_LINE.match(line)
  assert match, line
  fields = {name: value.strip('"') for name, value in FIELD.findall(match["rest"])}
  return fields | {"level": match["level"], "component": match["component"]}


def calls(server: Server, **wanted) -> list[dict]:
  """The access log's records with these values."""
  return [
    record for record in json_records(server)
    if record["component"] == "access"
    and all(record.get(name) == value for name, value in wanted.items())
  ]


def call(server: Server, **wanted) -> dict:
  """The only record with these values, once it is there: lines are written a moment later."""
  assert eventually(lambda: calls(server, **wanted)), f"no call {wanted} in\n{server.stderr}"
  (only,) = calls(server, **wanted)
  return only
