"""What the command line says of settings that can't be, and of itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import termios

import pytest

from support.flightsql import RawClient
from support.server import binary_path, clean_environment, eventually, run_to_end

REFUSED = {
  "unknown flag": ["serve", "--nosuch"],
  "port not a number": ["serve", "--port", "many"],
  "port too large": ["serve", "--port", "70000"],
  "negative grace": ["serve", "--port", "0", "--shutdown-grace-seconds", "-1"],
  "unknown log level": ["serve", "--port", "0", "--log-level", "loud"],
  "unknown command": ["nosuch"],
  "database in no folder": ["serve", "--port", "0", "--database", "nosuch/folder/kept.db"],
  "host that isn't here": ["serve", "--port", "0", "--host", "192.0.2.1"],
  "host without an address": ["serve", "--insecure", "--port", "0", "--host", "nosuch.invalid"],
  "socket with a long path": ["serve", "--host", f"unix:{'long' * 30}"],
  "socket where a file is": ["serve", "--host", f"unix:{__file__}"],
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_setting_is_one_clear_line(arguments: list[str]):
  assert_refused(run_to_end(*arguments))


def assert_refused(ended) -> str:
  assert ended.returncode > 0, "an error's exit code, and no signal"
  assert ended.stdout == ""
  line, *rest = [line for line in ended.stderr.splitlines() if line.strip()]
  assert line.startswith("Error: ")
  # The command line's own errors add the values that there are, and where to read more.
  assert [text for text in rest if not re.match(r"(Usage:|Help:|  See |  - )", text)] == []
  return line


@pytest.mark.parametrize("by_file", [False, True], ids=["flag", "file"])
def test_initial_sql_that_fails_is_told_with_its_place(by_file: bool, tmp_path):
  """DuckDB's own words, which point at the place in lines of their own."""
  sql = "CREATE TABLE t (a INTEGER);\nSELECT nosuch"
  (tmp_path / "initial.sql").write_text(sql)
  arguments = ["serve", "--host", "127.0.0.1", "--port", "0"]
  if by_file:
    ended = run_to_end(
      *arguments, environment={"LAKEHOUSE_INIT_SQL_FILE": str(tmp_path / "initial.sql")}
    )
  else:
    ended = run_to_end(*arguments, "--init-sql", sql)
  assert ended.returncode > 0 and ended.stdout == ""
  line = ended.stderr.splitlines()[0]
  assert line.startswith("Error: ") and "nosuch" in line
  assert ("initial.sql" if by_file else "--init-sql") in line, "the line names the setting"


@pytest.mark.parametrize("sql", ["BEGIN; CREATE TABLE t (a INTEGER)", "BEGIN", "BEGIN READ ONLY"])
def test_initial_sql_that_leaves_a_transaction_open_is_refused(sql):
  line = assert_refused(run_to_end("serve", "--host", "127.0.0.1", "--port", "0", "--init-sql", sql))
  assert "--init-sql" in line and "COMMIT" in line


def test_initial_sql_may_have_transactions(start):
  server = start("--init-sql", "BEGIN; CREATE TABLE t AS SELECT 7 AS a; COMMIT; BEGIN; ROLLBACK")
  with RawClient(server.address) as client:
    assert client.rows("FROM t") == [(7,)]


def test_a_port_in_use_is_one_clear_line(start):
  own = start()
  line = assert_refused(run_to_end("serve", "--host", "127.0.0.1", "--port", str(own.port)))
  assert str(own.port) in line and "in use" in line.lower() and "--port" in line


def test_a_database_in_use_is_one_clear_line(start, tmp_path):
  path = tmp_path / "kept.db"
  start("--database", str(path))
  ended = run_to_end("serve", "--host", "127.0.0.1", "--port", "0", "--database", str(path))
  assert "lock" in assert_refused(ended).lower()


def test_a_missing_initial_file_is_one_clear_line(tmp_path):
  ended = run_to_end(
    "serve", "--host", "127.0.0.1", "--port", "0",
    environment={"LAKEHOUSE_INIT_SQL_FILE": str(tmp_path / "nosuch.sql")},
  )
  assert "nosuch.sql" in assert_refused(ended)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path):
  path = tmp_path / "other.db"
  path.write_bytes(b"this is no database " * 1000)
  assert_refused(run_to_end("serve", "--port", "0", "--database", str(path)))


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["help", "serve"]])
def test_help(arguments: list[str]):
  ended = run_to_end(*arguments)
  assert ended.returncode == 0
  assert "USAGE: lakehouse" in ended.stdout
  if "serve" in arguments:
    for flag in ("--host", "--port", "--database", "--init-sql", "--read-only", "--log-level",
                 "--print-queries", "--shutdown-grace-seconds"):
      assert flag in ended.stdout
    assert "31337" in ended.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(shell: str):
  ended = run_to_end("--generate-completion-script", shell)
  assert ended.returncode == 0
  assert "lakehouse" in ended.stdout and "serve" in ended.stdout


def test_bash_completes_words_and_folders(tmp_path):
  (tmp_path / "folder" / "lake").mkdir(parents=True)
  (tmp_path / "script").write_text(
    run_to_end("--generate-completion-script", "bash").stdout
    + """
complete_line() {
  COMPREPLY=(); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
  _lakehouse lakehouse "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  echo "${COMPREPLY[@]}"
}
complete_line lakehouse serve --log-format ""
complete_line lakehouse serve --ducklake-data-path folder/
complete_line lakehouse token --role ""
"""
  )
  environment = os.environ | {"PATH": f"{binary_path().parent}:{os.environ['PATH']}"}
  ended = subprocess.run(
    ["bash", "script"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30
  )
  assert ended.stdout.splitlines() == ["text json", "folder/lake", "reader user admin"], ended.stderr


@pytest.mark.parametrize("key", ["\n", "\x03"], ids=["entered", "given up"])
def test_a_terminal_does_not_show_a_password(key: str):
  shown, typed = os.openpty()
  process = subprocess.Popen(
    [binary_path(), "password"], stdin=typed, stdout=subprocess.PIPE, stderr=typed,
    preexec_fn=lambda: (os.setsid(), fcntl.ioctl(typed, termios.TIOCSCTTY, 0)),
  )
  screen = b""
  while b"Password: " not in screen:
    screen += os.read(shown, 100)
  while termios.tcgetattr(typed)[3] & termios.ECHO:
    assert process.poll() is None
  os.write(shown, b"hunter2" + key.encode())
  printed, _ = process.communicate(timeout=30)
  assert printed.startswith(b"$scrypt$") if key == "\n" else process.returncode == -signal.SIGINT
  assert termios.tcgetattr(typed)[3] & termios.ECHO, "what is typed next is shown"
  os.close(typed)
  os.set_blocking(shown, False)
  with contextlib.suppress(OSError):
    screen += os.read(shown, 1000)
  os.close(shown)
  assert b"hunter2" not in screen


def test_what_could_not_be_printed_is_an_error():
  with open("/dev/full", "w") as full:
    ended = subprocess.run(
      [binary_path(), "config"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30
    )
  assert ended.returncode == 1
  assert ended.stderr == "Error: cannot write to standard output\n"


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_standard_streams_that_are_closed_are_no_files_of_the_database(tmp_path, closed):
  """What is printed or logged would be written into whatever got their number."""
  process = subprocess.Popen(
    [binary_path(), "serve", "--port", "0", "--database", tmp_path / "kept.db"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    env=clean_environment(),
    # Run once Python has set the streams up, and before the program begins.
    preexec_fn=lambda: [os.close(number) for number in closed],
  )
  try:
    assert eventually((tmp_path / "kept.db").exists, 20)
    opened = {number: os.readlink(f"/proc/{process.pid}/fd/{number}") for number in range(3)}
    assert opened == dict.fromkeys(range(3), "/dev/null")
  finally:
    process.kill()
    process.wait()
