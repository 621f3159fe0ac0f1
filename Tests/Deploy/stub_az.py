"""Stands in for Azure's command line: keeps firewall rules as files, and hands out a token.

The folder that STUB_AZ names holds `rules/`, `calls` (one a line), and on request:
`refused-logins` (a number: so many tokens are wrong), `conflicts-put` and `conflicts-delete` (so many
such changes are refused).
"""

import os
import sys
from pathlib import Path

FOLDER = Path(os.environ["STUB_AZ"])


def taken(counter: str) -> bool:
  """Whether the counter was above 0; counts it down."""
  path = FOLDER / counter
  left = int(path.read_text()) if path.exists() else 0
  if left:
    path.write_text(str(left - 1))
  return left > 0


def main(arguments: list[str]) -> int:
  with (FOLDER / "calls").open("a") as calls:
    print(*arguments, file=calls)
  options = dict(zip(arguments, arguments[1:]))
  match arguments[:2]:
    case ["account", "show"]:
      return 0
    case ["account", "get-access-token"]:
      assert options["--resource-type"] == "oss-rdbms"
      is_open = any((FOLDER / "rules").iterdir())
      print("wrong" if taken("refused-logins") or not is_open else os.environ["STUB_TOKEN"])
      return 0
    case ["rest", "--method"]:
      rule = FOLDER / "rules" / options["--url"].split("?")[0].rsplit("/", 1)[1]
      if taken(f"conflicts-{options['--method']}"):
        print("ServerIsBusy", file=sys.stderr)
        return 1
      if options["--method"] == "put":
        rule.write_text(options["--body"])
      else:
        rule.unlink(missing_ok=True)
      return 0
  print("stub: unknown command", *arguments, file=sys.stderr)
  return 2


sys.exit(main(sys.argv[1:]))
