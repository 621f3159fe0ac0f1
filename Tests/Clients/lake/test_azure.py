"""A lake in Azure: storage and PostgreSQL by tokens that live for seconds."""

from __future__ import annotations

import concurrent.futures
import json
import os
import time
from pathlib import Path

import grpc
import pytest

from support.azure import IDENTITY, POSTGRES, STORAGE, TOKEN_PATH, Azure
from support.flightsql import Command, RawClient
from support.health import FLAGS, Health
from support.server import Server, eventually, run_to_end

# How long tokens are rotated under load; more by LAKEHOUSE_ROTATION_SECONDS.
ROTATION_SECONDS = float(os.environ.get("LAKEHOUSE_ROTATION_SECONDS", "9"))


def storage_flags(azure: Azure, name: str) -> list[str]:
  return [
    "--ducklake-data-path", f"az://{azure.container}/{name}/",
    "--azure-storage-account", azure.account, "--azure-storage-endpoint", azure.blob_endpoint,
  ]


def postgres_flags(cluster, database: str) -> list[str]:
  flags = cluster.flags(database, "x")[2:]
  flags[flags.index("--pg-user") + 1] = IDENTITY
  return flags


def catalog_file(tmp_path: Path) -> list[str]:
  return ["--ducklake-catalog", str(tmp_path / "lake.ducklake")]


def works(own: Server) -> None:
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)"))
    assert raw.rows("SELECT count(*), sum(i)::BIGINT FROM t") == [(1000, 499_500)]


def start_fails(*flags: str, environment: dict[str, str]) -> str:
  ended = run_to_end(
    "serve", "--host", "127.0.0.1", "--port", "0", *flags, environment=environment,
    timeout_seconds=60,
  )
  assert ended.returncode != 0
  return ended.stderr


# Credentials


@pytest.mark.parametrize(
  "kind", ["managed_identity", "machine_identity", "client_secret", "workload_identity"]
)
def test_a_lake_is_reached_by_each_kind_of_identity(start, azure, tmp_path, name, kind):
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), environment=getattr(azure, kind)()
  )
  works(own)
  asked = azure.requests()
  # What the server has is used for all of it: the extension asks for no token itself.
  assert len([one for one in asked if "token" in one["uri"]]) == 1
  assert {one["authorization"] for one in asked if f"/{name}/" in one["uri"]} == {"Bearer"}


def test_an_identity_that_is_named_and_one_that_is_pinned(start, azure, tmp_path, name):
  environment = azure.managed_identity(assigned=True)
  works(start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--azure-credential", "managed-identity",
    environment=environment,
  ))
  (asked,) = [one for one in azure.requests() if one["uri"].startswith(TOKEN_PATH)]
  assert f"client_id={environment['AZURE_CLIENT_ID']}" in asked["uri"]


@pytest.mark.parametrize("resource", ["storage", "postgres"])
def test_tokens_are_for_the_resource_that_is_set(azure, name, resource):
  """Other clouds have others; the double knows none of them."""
  told = start_fails(
    *storage_flags(azure, name), "--pg-host", "localhost", "--pg-database", "lake", "--pg-user", IDENTITY,
    f"--azure-{resource}-resource", "https://elsewhere.example", environment=azure.managed_identity(),
  )
  assert "managed identity" in told
  asked = [one["uri"] for one in azure.requests() if one["uri"].startswith(TOKEN_PATH)]
  assert sum("elsewhere.example" in uri for uri in asked) == 1


def test_a_lake_is_reached_as_whoever_has_logged_in(start, azure, tmp_path, name):
  """`az` is a program that answers as the real one does."""
  folder = tmp_path / "bin"
  folder.mkdir()
  answer = {"accessToken": azure.fetch_token(STORAGE), "expires_on": int(time.time()) + 3_600}
  (folder / "answer").write_text(json.dumps(answer))
  (folder / "az").write_text(f"#!/bin/sh\ncat {folder}/answer\n")
  (folder / "az").chmod(0o755)
  works(start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--azure-credential", "cli",
    environment=azure._variables() | {"PATH": f"{folder}:{os.environ['PATH']}"},
  ))


def test_a_lake_by_abfss(start, azure, tmp_path, name):
  flags = storage_flags(azure, name)
  flags[1] = f"abfss://{azure.container}/{name}/"
  works(start(*flags, *catalog_file(tmp_path), environment=azure.managed_identity()))
  assert any(one["host"].startswith(f"{azure.account}.dfs.") for one in azure.requests())


def test_a_lake_by_a_connection_string(start, azure, tmp_path, name):
  works(start(
    "--ducklake-data-path", f"az://{azure.container}/{name}/", *catalog_file(tmp_path),
    "--azure-connection-string-file", str(azure.connection_string_file),
  ))
  assert {one["authorization"] for one in azure.requests()} == {"SharedKey"}


def test_commands_reach_a_lake_as_the_server_does(start, azure, tmp_path, name):
  environment = azure.managed_identity()
  flags = [*storage_flags(azure, name), *catalog_file(tmp_path)]
  ended = run_to_end(
    "sample", "--scale", "0.001", *flags, environment=environment, timeout_seconds=60
  )
  assert (ended.returncode, ended.stderr) == (0, "")
  own = start(*flags, environment=environment)
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT count(*) FROM tpch.nation") == [(25,)]
    raw.update(Command.update("CREATE TABLE t (i INTEGER)"))
    for _ in range(2):
      raw.update(Command.update("INSERT INTO t SELECT range FROM range(1000)"))
  own.stop()
  ended = run_to_end("maintain", *flags, environment=environment, timeout_seconds=60)
  assert (ended.returncode, ended.stderr) == (0, "")
  assert ended.stdout.startswith("merged 2 files into 1")
  refused = run_to_end("maintain", *flags, environment={"PATH": ""}, timeout_seconds=60)
  assert refused.returncode != 0 and "no token of Azure for storage" in refused.stderr


def test_without_credentials_the_server_says_what_it_has_tried(azure, tmp_path, name):
  environment = azure._variables() | {
    "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1", "PATH": "/nowhere",
  }
  told = start_fails(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--ducklake-wait-seconds", "0",
    environment=environment,
  )
  assert "no token of Azure for storage" in told
  assert "environment: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET not set" in told
  assert "workload identity: " in told and "AZURE_FEDERATED_TOKEN_FILE not set" in told
  assert "managed identity: no " in told


def test_a_secret_that_is_refused_is_told_and_not_shown(azure, tmp_path, name):
  environment = azure.client_secret() | {"AZURE_CLIENT_SECRET": "not-the-secret"}
  told = start_fails(*storage_flags(azure, name), *catalog_file(tmp_path), environment=environment)
  assert "environment: status 401: invalid_client: AADSTS7000215" in told
  assert "not-the-secret" not in told


def test_a_server_waits_for_its_first_token(start, azure, tmp_path, name):
  azure.respond(503, path=TOKEN_PATH, count=2)
  works(start(
    *storage_flags(azure, name), *catalog_file(tmp_path), environment=azure.managed_identity()
  ))


def test_a_token_never_travels_unencrypted(azure, cluster, tmp_path):
  told = start_fails(
    "--ducklake-data-path", f"{tmp_path}/data/", *postgres_flags(cluster, "x"),
    "--pg-sslmode", "prefer", "--azure-credential", "managed-identity",
    environment=azure.managed_identity(),
  )
  assert "--pg-sslmode" in told and "unencrypted" in told


# Rotation


def test_a_password_of_postgres_that_is_a_token(start, azure, cluster, granted, directory, tmp_path):
  own = start(
    "--ducklake-data-path", f"{tmp_path}/data/", *postgres_flags(cluster, granted),
    "--azure-credential", "managed-identity", environment=azure.managed_identity(),
  )
  works(own)
  assert set(directory.accepted) == {azure.token(POSTGRES)}


@pytest.mark.timeout(ROTATION_SECONDS + 60)
def test_tokens_are_rotated_under_load(start, azure, cluster, granted, directory, name):
  """Tokens of a few seconds, the catalog's connections cut in between: no statement fails."""
  azure.set_tokens(lifetime_seconds=3)
  own = start(
    *storage_flags(azure, name), *postgres_flags(cluster, granted),
    "--pg-token-refresh-minutes", "0.01", environment=azure.managed_identity(),
  )
  clients = [RawClient(own.address) for _ in range(3)]
  clients[0].update(Command.update("CREATE TABLE t (writer INTEGER, n INTEGER)"))
  written = [0] * len(clients)
  asked = cuts = 0

  def work(writer: int) -> int:
    raw = clients[writer]
    raw.update(Command.update(f"INSERT INTO t VALUES ({writer}, {written[writer]})"))
    written[writer] += 1
    for _ in range(4):
      query = f"SELECT count(*), max(n) FROM t WHERE writer = {writer}"
      assert raw.rows(query) == [(written[writer], written[writer] - 1)]
    return 5

  end = time.monotonic() + ROTATION_SECONDS
  with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
    while time.monotonic() < end:
      asked += sum(pool.map(work, range(len(clients))))
      # Between statements: one that is cut off midway has to fail.
      cluster.cut_connections(granted)
      cuts += 1
      if written[0] % 20 == 0:
        # Files are many and small, and the next statements slow.
        clients[0].update(Command.update("CREATE OR REPLACE TABLE t AS FROM t"))
  for raw in clients:
    raw.close()
  rotations = own.stderr.count("token renewed")
  print(
    f"{asked} statements, {rotations} times a token renewed, {cuts} times all connections cut, "
    f"{len(set(directory.accepted))} tokens taken by PostgreSQL, {len(directory.refused)} refused"
  )
  assert not directory.refused
  assert rotations >= ROTATION_SECONDS / 2
  assert len(set(directory.accepted)) >= ROTATION_SECONDS / 3
  assert not [one for one in azure.requests() if one["status"] in (401, 403)]


def test_a_transaction_keeps_the_token_it_began_with(start, azure, tmp_path, name):
  """As the manual says; the next one has the new token."""
  azure.set_tokens(lifetime_seconds=3)
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--pg-token-refresh-minutes", "0.01",
    environment=azure.managed_identity(),
  )
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT i FROM range(10) AS r(i)"))
    raw.update(Command.update("BEGIN"))
    raw.update(Command.update("INSERT INTO t VALUES (1)"))
    first = azure.token(STORAGE)
    expiry = azure.tokens(STORAGE)[-1]["expiresOn"]
    assert eventually(lambda: time.time() > expiry + 0.2 and azure.token(STORAGE) != first)
    with pytest.raises(grpc.RpcError) as caught:
      raw.update(Command.update("INSERT INTO t VALUES (2)"))
    assert first not in caught.value.details()
    raw.update(Command.update("ROLLBACK"))
    raw.update(Command.update("INSERT INTO t VALUES (3)"))
    assert raw.rows("SELECT count(*) FROM t") == [(11,)]


# Trouble


def test_health_tells_of_tokens_and_never_shows_them(start, azure, tmp_path, name):
  azure.set_tokens(lifetime_seconds=4)
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), *FLAGS,
    "--pg-token-refresh-minutes", "0.01", "--log-level", "debug",
    environment=azure.managed_identity(),
  )
  with Health(own) as health:
    assert health.component("tokens")["status"] == "serving"
    assert health.component("tokens")["details"]["storage"].startswith("ok, ")
    azure.respond(500, path=TOKEN_PATH, count=1_000)
    assert eventually(lambda: health.component("tokens")["status"] == "degraded")
    status, report = health.ready()
    assert (status, report["status"]) == (200, "serving")
    assert eventually(lambda: health.component("tokens")["status"] == "not_serving")
    assert health.ready()[0] == 503
    assert health.component("tokens")["details"]["storage"].startswith("expired, ")
    told = json.dumps(health.ready()[1])
  shown = told + own.stderr
  assert "the old token is kept: managed identity: status 500" in shown
  assert azure.token(STORAGE).split(".")[2] not in shown


def test_an_outage_of_the_token_endpoint_is_outlasted(start, azure, tmp_path, name):
  azure.set_tokens(lifetime_seconds=8)
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--pg-token-refresh-minutes", "0.01",
    environment=azure.managed_identity(),
  )
  works(own)
  azure.respond(500, path=TOKEN_PATH, count=1)
  assert eventually(lambda: "the old token is kept" in own.stderr)
  assert eventually(lambda: "token renewed" in own.stderr)
  with RawClient(own.address) as raw:
    assert raw.rows("SELECT count(*) FROM t") == [(1000,)]


def test_the_same_token_again_is_no_trouble(start, azure, tmp_path, name):
  azure.set_tokens(lifetime_seconds=6, kept_until_seconds_left=2)
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--pg-token-refresh-minutes", "0.01",
    environment=azure.managed_identity(),
  )
  first = azure.token(STORAGE)
  assert eventually(lambda: azure.token(STORAGE) != first)
  works(own)
  asked = [one for one in azure.requests() if one["uri"].startswith(TOKEN_PATH)]
  assert 3 <= len(asked) <= 8
  assert "the old token is kept" not in own.stderr


def test_a_server_ends_at_once_while_it_waits_for_a_token(start, azure, tmp_path, name):
  azure.set_tokens(lifetime_seconds=4)
  own = start(
    *storage_flags(azure, name), *catalog_file(tmp_path), "--pg-token-refresh-minutes", "0.01",
    environment=azure.managed_identity(),
  )
  asked = len(azure.requests())
  azure.delay(60, path=TOKEN_PATH, count=10)
  assert eventually(lambda: not azure.faults() or azure.faults()[0]["count"] < 10)
  assert len(azure.requests()) >= asked
  began = time.monotonic()
  assert own.stop() == 0
  assert time.monotonic() - began < 5
