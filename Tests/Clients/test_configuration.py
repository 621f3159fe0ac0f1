"""Settings through the binary: flags, variables, files, and the manual."""

from __future__ import annotations

import os
import threading

import pytest

from support.flightsql import RawClient
from support.server import ROOT, Server, eventually, run_to_end

MANUAL = (ROOT / "docs" / "configuration.md").read_text()


def reference() -> str:
  return run_to_end("config", "--reference").stdout.strip()


def names() -> list[str]:
  return [line.split("`")[1] for line in reference().splitlines()[2:]]


def effective(output: str) -> dict[str, tuple[str, str]]:
  """Value and origin of each setting that `lakehouse config` shows."""
  shown = {}
  for line in output.splitlines():
    name, rest = line.split(maxsplit=1)
    value, _, origin = rest.rstrip("]").rpartition("  [")
    shown[name] = (value, origin)
  return shown


def test_the_manual_has_every_setting():
  assert MANUAL.partition("<!-- settings -->\n")[2].strip() == reference()


@pytest.mark.parametrize("command", ["serve", "config"])
def test_every_setting_is_a_flag(command: str):
  text = run_to_end(command, "--help").stdout
  assert names()
  for name in names():
    assert f"  {name}" in text, name


def test_each_place_goes_before_the_next(tmp_path):
  (tmp_path / ".env").write_text("LAKEHOUSE_WORKERS=3\nLAKEHOUSE_DATABASE='three.db'\n")
  (tmp_path / "settings.yaml").write_text("workers: 4\nlog-level: error\nport: 4\n")
  ended = run_to_end(
    "config", "--config", "settings.yaml", "--port", "1",
    environment={"LAKEHOUSE_PORT": "2", "LAKEHOUSE_WORKERS": "2"}, folder=tmp_path,
  )
  assert ended.returncode == 0, ended.stderr
  shown = effective(ended.stdout)
  assert shown["port"] == ("1", "--port")
  assert shown["workers"] == ("2", "LAKEHOUSE_WORKERS")
  assert shown["database"] == ("three.db", "LAKEHOUSE_DATABASE (.env, line 2)")
  assert shown["log-level"] == ("error", "log-level (settings.yaml, line 2)")
  assert shown["read-only"] == ("false", "default")


def test_secrets_are_masked():
  ended = run_to_end("config", "--init-sql", "CREATE SECRET (TYPE s3, SECRET 'hunter2')")
  assert "hunter2" not in ended.stdout + ended.stderr
  assert effective(ended.stdout)["init-sql"] == ("********", "--init-sql")


def test_serve_tells_all_that_is_wrong(tmp_path):
  (tmp_path / "settings.yaml").write_text("prot: 1\n")
  ended = run_to_end("serve", "--config", str(tmp_path / "settings.yaml"))
  assert ended.returncode != 0
  assert f"prot ({tmp_path}/settings.yaml, line 1): is not a setting" in ended.stderr
  ended = run_to_end(
    "serve", "--port", "many", environment={"LAKEHOUSE_WORKERS": "0"}, folder=tmp_path
  )
  assert ended.returncode != 0
  assert "--port: 'many' is not an integer between 0 and 65535" in ended.stderr
  assert "LAKEHOUSE_WORKERS: '0' is not an integer between 1 and 1024" in ended.stderr


@pytest.mark.parametrize(
  ("setting", "value", "rule"),
  [
    ("threads", "100000", "an integer between 0 and 1024"),
    *(
      (
        "ducklake-data-path", path,
        "a folder or URL (az://, abfss://, s3://, https://) that ends in / and has no ', ; or ?",
      )
      for path in ("what?/", "file:///srv/lake/", "gs://bucket/lake/")
    ),
    (
      "ducklake-catalog", "postgres:dbname=lake",
      "a file or sqlite:FILE without ? (a catalog in PostgreSQL is named by --pg-host)",
    ),
    *(
      ("host", host, "an address or a host's name, without a port, or unix:PATH")
      for host in ("unix:", "127.0.0.1:31337", "[::1]:31337", "grpc://127.0.0.1", "two words")
    ),
    ("health-host", "127.0.0.1:8081", "an address or a host's name, without a port"),
  ],
)
def test_what_could_not_be_served_is_refused(setting: str, value: str, rule: str):
  ended = run_to_end("serve", "--port", "0", f"--{setting}", value)
  assert ended.returncode != 0
  assert f"--{setting}: '{value}' is not {rule}" in ended.stderr


@pytest.mark.parametrize("setting", ["password", "database", "ducklake-data-path", "port"])
def test_a_flag_is_not_missing_because_its_value_is(setting: str):
  """As a shell's variable that isn't set leaves it: `--password "$PASSWORD"`."""
  ended = run_to_end("serve", "--port", "0", f"--{setting}", "")
  assert ended.returncode != 0
  assert f"--{setting}: is empty" in ended.stderr


@pytest.mark.parametrize("content", ["", "\n", "  \n"])
def test_a_secret_is_not_missing_because_its_file_is_empty(tmp_path, content: str):
  (tmp_path / "secret").write_text(content)
  ended = run_to_end("serve", "--port", "0", "--password-file", f"{tmp_path}/secret")
  assert ended.returncode != 0
  assert f"--password-file: '{tmp_path}/secret' is empty" in ended.stderr


def test_a_secret_may_come_through_a_pipe(tmp_path):
  """As `--password-file <(pass show lake)` gives it."""
  pipe = tmp_path / "pipe"
  os.mkfifo(pipe)
  writer = threading.Thread(target=pipe.write_text, args=("secret\n",))
  writer.start()
  ended = run_to_end("config", "--password-file", str(pipe))
  writer.join()
  assert ended.returncode == 0, ended.stderr
  assert f"[{pipe}, by --password-file]" in ended.stdout


def test_initial_sql_may_come_through_a_pipe(tmp_path):
  """As `--init-sql-file <(pass show secrets.sql)` gives it; as editors of Windows begin files, too."""
  pipe = tmp_path / "pipe"
  os.mkfifo(pipe)
  writer = threading.Thread(target=pipe.write_text, args=("\ufeffCREATE TABLE t AS SELECT 7 AS a;",))
  writer.start()
  with Server("--init-sql-file", str(pipe)) as own, RawClient(own.address) as raw:
    assert raw.rows("SELECT a FROM t") == [(7,)]
  writer.join()


@pytest.mark.parametrize(
  "name, reason", [("nosuch", "there is no such file"), ("bytes", "it is not UTF-8 text")]
)
def test_why_initial_sql_cannot_be_read(tmp_path, name: str, reason: str):
  (tmp_path / "bytes").write_bytes(b"\xff")
  ended = run_to_end("serve", "--port", "0", "--init-sql-file", f"{tmp_path}/{name}")
  assert ended.returncode != 0
  assert f"--init-sql-file: cannot read '{tmp_path}/{name}': {reason}" in ended.stderr


@pytest.mark.parametrize(
  "path, reason",
  [
    ("/nosuch", "there is no such file"), ("/", "it is no file"), ("/dev/zero", "it is no file"),
    ("{folder}/bytes", "it is not UTF-8 text"),
  ],
)
def test_why_a_file_cannot_be_read(tmp_path, path: str, reason: str):
  (tmp_path / "bytes").write_bytes(b"\xff")
  path = path.format(folder=tmp_path)
  ended = run_to_end("config", "--password-file", path)
  assert ended.returncode != 0
  assert f"--password-file: cannot read '{path}': {reason}" in ended.stderr


def test_a_sample_needs_a_place_to_be_kept():
  ended = run_to_end("sample", "--scale", "0.001")
  assert ended.returncode != 0
  assert "set --ducklake-data-path or --database" in ended.stderr


@pytest.mark.parametrize(
  "name, value, rule",
  [
    ("jwks-url", "http://example.com/keys", "is not a URL that begins with https://"),
    ("jwks-url", "https://me:mine@example.com/keys", "names no user"),
    ("database", "", "is not a text that isn't empty"),
    ("jwt-issuer", "", "is not a text that isn't empty"),
  ],
)
def test_a_value_is_refused_by_its_rule_wherever_settings_are_read(tmp_path, name, value, rule):
  path = tmp_path / "settings.yaml"
  path.write_text(f"{name}: '{value}'\n")
  for words in (["config"], ["serve", "--port", "0"]):
    ended = run_to_end(*words, "--config", str(path))
    assert ended.returncode != 0 and ended.stdout == ""
    assert f"{name} ({path}, line 1): '{value}'" in ended.stderr and rule in ended.stderr


def test_all_warnings_are_told_before_a_start_that_fails():
  variables = {f"LAKEHOUSE_NONE_{number}": "1" for number in range(4)}
  # The log is written by a thread of its own, which is now and then quick enough by itself.
  for _ in range(10):
    ended = run_to_end(
      "serve", "--port", "0", "--jwt-public-key", "/nosuch/key", environment=variables
    )
    assert ended.returncode != 0
    assert ended.stderr.count("is not a setting") == 4


def test_a_misspelt_variable_is_told_in_the_log(start):
  own = start(environment={"LAKEHOUSE_PROT": "1"})
  assert eventually(lambda: "LAKEHOUSE_PROT: is not a setting" in own.stderr)
