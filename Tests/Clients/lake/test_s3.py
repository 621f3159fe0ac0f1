"""A lake in S3: keys, temporary keys, keys of the machine; failures; what else is in reach."""

from __future__ import annotations

import secrets

import grpc
import pytest

from support import lake
from support.flightsql import RawClient
from support.s3 import NO_MACHINE_KEYS, REGION, S3, Key
from support.server import run_to_end


@pytest.fixture
def bucket(s3, name) -> str:
  s3.make_bucket(f"lake-{name}")
  return f"lake-{name}"


@pytest.fixture
def flags(s3, bucket, tmp_path) -> list[str]:
  return [
    "--ducklake-data-path", f"s3://{bucket}/data/",
    "--ducklake-catalog", f"{tmp_path}/catalog.ducklake",
    "--s3-endpoint", s3.endpoint, "--s3-region", REGION, "--s3-path-style", "--no-s3-tls",
  ]


def credentials(kind: str, s3: S3, folder) -> tuple[list[str], dict[str, str]]:
  """The flags and the environment that a kind of credential takes."""
  if kind == "chain":
    return [], NO_MACHINE_KEYS | s3.key.environment()
  key = s3.temporary_key if kind == "session token" else s3.key
  (folder / "secret").write_text(key.secret)
  given = ["--s3-key-id", key.identifier, "--s3-secret-file", f"{folder}/secret"]
  if key.session_token:
    (folder / "token").write_text(key.session_token)
    given += ["--s3-session-token-file", f"{folder}/token"]
  return given, {}


@pytest.mark.parametrize("kind", ["key", "session token", "chain"])
def test_a_lake_lives(start, s3, bucket, flags, tmp_path, kind):
  given, environment = credentials(kind, s3, tmp_path)
  own = start(*flags, *given, environment=environment)
  snapshot = lake.fill(own)
  lake.check(own, snapshot)
  assert any(key.startswith("data/") and key.endswith(".parquet") for key in s3.names(bucket))
  with s3.unchecked():
    lake.update(own, "CHECKPOINT")
  lake.check(own)
  assert own.stop() == 0
  again = start(*flags, *given, environment=environment)
  lake.check(again)
  lake.update(again, "INSERT INTO t VALUES (1, 'after the restart')")
  with RawClient(again.address) as raw:
    assert raw.rows("SELECT b FROM t WHERE a = 1") == [("after the restart",)]


def test_keys_of_the_machine_are_looked_for_again_when_they_end(start, s3, flags, tmp_path):
  """Those of a role end after hours; a file that its owner changes behaves the same."""
  file = tmp_path / "credentials"
  key = s3.make_key()
  file.write_text(key.as_file())
  environment = NO_MACHINE_KEYS | {"AWS_SHARED_CREDENTIALS_FILE": str(file)}
  own = start(*flags, environment=environment)
  lake.update(own, "CREATE TABLE t AS SELECT 1 AS a")
  for _ in range(2):
    s3.remove_key(key)
    key = s3.make_key()
    file.write_text(key.as_file())
    lake.update(own, "INSERT INTO t SELECT max(a) + 1 FROM t")
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT count(*), sum(a) FROM t") == [(3, 6)]
  s3.remove_key(key)


def test_a_wrong_key_is_told_without_its_secret(start, s3, flags, tmp_path):
  wrong = Key(s3.key.identifier, secrets.token_hex(20))
  (tmp_path / "secret").write_text(wrong.secret)
  own = start(*flags, "--s3-key-id", wrong.identifier, "--s3-secret-file", f"{tmp_path}/secret")
  with RawClient(own.address) as raw, pytest.raises(grpc.RpcError) as failed:
    raw.query("CREATE TABLE t AS SELECT 1 AS a")
  message = failed.value.details()
  assert failed.value.code() == grpc.StatusCode.PERMISSION_DENIED
  assert "403" in message and "SignatureDoesNotMatch" in message
  assert "check its key, token or role" in message
  for hidden in (wrong.secret, "X-Amz-Signature", "Signature="):
    assert hidden not in message
    assert hidden not in own.stderr


def test_a_bucket_that_is_not_there_is_told(start, s3, flags, tmp_path):
  given, _ = credentials("key", s3, tmp_path)
  flags[1] = "s3://no-such-bucket/data/"
  own = start(*flags, *given)
  with RawClient(own.address) as raw, pytest.raises(grpc.RpcError, match="NoSuchBucket") as failed:
    raw.query("CREATE TABLE t AS SELECT 1 AS a")
  assert failed.value.code() == grpc.StatusCode.FAILED_PRECONDITION
  assert "check the server's data path" in failed.value.details()


def test_a_chain_without_keys_is_told_at_the_start(flags):
  ended = run_to_end(
    "serve", "--host", "127.0.0.1", "--port", "0", *flags, environment=NO_MACHINE_KEYS,
    timeout_seconds=60,
  )
  assert ended.returncode != 0
  assert "Credential Chain" in ended.stderr


@pytest.mark.parametrize("secret", ["s3cret-of-the-key", "to''ken;--"])
def test_no_statement_shows_the_secret(start, s3, flags, tmp_path, secret):
  (tmp_path / "secret").write_text(secret)
  own = start(*flags, "--s3-key-id", "identifier", "--s3-secret-file", f"{tmp_path}/secret")
  with RawClient(own.address) as raw:
    for sql in ["FROM duckdb_secrets()", "FROM duckdb_secrets(redact = false)",
                "SELECT * FROM which_secret('s3://x/y', 's3')"]:
      try:
        shown = repr(raw.rows(sql))
      except grpc.RpcError as error:
        shown = error.details()
      assert secret not in shown
  assert secret not in own.stderr


def test_without_lock_down_the_keys_of_the_machine_are_masked(start, s3, flags):
  own = start(*flags, "--no-lockdown", environment=NO_MACHINE_KEYS | s3.key.environment())
  with RawClient(own.address) as raw:
    # Whoever runs the tests may have stored secrets of their own.
    kept = "SELECT provider, secret_string FROM duckdb_secrets() WHERE NOT persistent"
    ((provider, text),) = raw.rows(kept)
  assert provider == "credential_chain"
  assert s3.key.identifier in text and s3.key.secret not in text


def test_secrets_stored_by_the_servers_user_are_left_alone(start, s3, bucket, flags, tmp_path):
  """One whose scope is nearer to the lake's data than that of the server's own would be taken."""
  home = {"HOME": str(tmp_path)}
  stored = (
    "CREATE PERSISTENT SECRET nearer (TYPE s3, KEY_ID 'x', SECRET 'y', "
    f"SCOPE 's3://{bucket}/data/main/')"
  )
  started = start("--init-sql", stored, environment=home)
  seen = "SELECT count(*) FROM duckdb_secrets() WHERE persistent"
  with RawClient(started.address) as raw:
    assert raw.rows(seen) == [(1,)]
  given, _ = credentials("key", s3, tmp_path)
  own = start(*flags, *given, environment=home)
  lake.fill(own)
  lake.check(own)


def test_the_lock_down_holds(start, s3, flags, bucket, name, tmp_path):
  """SQL reaches the lake's own prefix, through its tables alone, and no other place in S3."""
  given, _ = credentials("key", s3, tmp_path)
  s3.make_bucket(f"other-{name}")
  for place in (bucket, f"other-{name}"):
    s3.client("s3").put_object(Bucket=place, Key="canary.csv", Body=b"a,b\n1,canary\n")
  own = start(*flags, *given)
  lake.fill(own)
  lake.check(own)
  before = s3.names(bucket), s3.names(f"other-{name}")
  with RawClient(own.address) as raw:
    for place in (f"{bucket}/canary.csv", f"other-{name}/canary.csv", f"{bucket}/data/x.csv"):
      for sql in [
        f"FROM 's3://{place}'", f"FROM read_csv('s3://{place}')", f"FROM read_text('s3://{place}')",
        f"FROM glob('s3://{place}*')", f"COPY (SELECT 1) TO 's3://{place}.copy'",
        f"COPY t FROM 's3://{place}'", f"ATTACH 's3://{place}' AS other",
        f"CALL ducklake_add_data_files('lakehouse', 't', 's3://{place}')",
        "DROP SECRET lakehouse_storage",
        f"CREATE OR REPLACE SECRET lakehouse_storage (TYPE s3, ENDPOINT '{s3.endpoint}')",
      ]:
        with pytest.raises(grpc.RpcError) as refused:
          raw.query(sql)
        assert refused.value.code() in (
          grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT,
        ), (sql, refused.value.details())
  assert (s3.names(bucket), s3.names(f"other-{name}")) == before
  lake.check(own)
