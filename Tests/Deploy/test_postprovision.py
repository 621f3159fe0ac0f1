"""hooks/postprovision.sh against a real PostgreSQL, with Azure's command line stood in for."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.postgres import Postgres
from support.server import eventually

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "ada@example.com"
TOKEN = "token-of-the-administrator"
IDENTITY = "id-ca-lake-1"
IDENTITY_TOKEN = "token-of-the-identity"
OBJECT_ID = "00000000-0000-0000-0000-000000000042"
INTERRUPTIONS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]

# As on Azure: the administrator is no superuser, and databases are owned by a role it is a member of.
CLOUD = f"""
CREATE ROLE azure_pg_admin CREATEROLE CREATEDB;
CREATE ROLE "{ADMIN}" LOGIN CREATEROLE PASSWORD '{TOKEN}' IN ROLE azure_pg_admin;
CREATE FUNCTION pgaadauth_create_principal_with_oid(name text, oid text, kind text, admin bool, mfa bool)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF kind <> 'service' OR admin OR mfa OR oid <> '{OBJECT_ID}' THEN RAISE 'not as expected'; END IF;
  EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', name, '{IDENTITY_TOKEN}');
  RETURN 'Created role for ' || name;
END $$;
"""


def _free_port() -> int:
  with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    return one.getsockname()[1]


@pytest.fixture(scope="module")
def postgres():
  running = Postgres(Path(tempfile.mkdtemp(prefix="deploy-postgres-")), _free_port())
  try:
    running.start()
    running.sql(CLOUD)
    yield running
  finally:
    running.remove()


@pytest.fixture
def cloud(postgres, tmp_path):
  """A database without the identity's role, and a folder for what Azure keeps."""
  postgres.sql("DROP DATABASE IF EXISTS appdb WITH (FORCE)")
  postgres.sql(f'DROP ROLE IF EXISTS "{IDENTITY}"')
  postgres.sql("CREATE DATABASE appdb OWNER azure_pg_admin")
  (tmp_path / "rules").mkdir()
  (tmp_path / "bin").mkdir()
  az = tmp_path / "bin" / "az"
  az.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/Tests/Deploy/stub_az.py" "$@"\n')
  az.chmod(0o755)
  return tmp_path


def _environment(postgres, cloud, **changes: str) -> dict[str, str]:
  return {
    "PATH": f"{cloud / 'bin'}:{os.environ['PATH']}", "HOME": str(cloud),
    "STUB_AZ": str(cloud), "STUB_TOKEN": TOKEN, "CURRENT_IP": "127.0.0.1",
    "PGPORT": str(postgres.port), "PGSSLROOTCERT": str(postgres.authority.path),
    "POSTGRES_LOGIN_DELAY_SECONDS": "0",
    "AZURE_SUBSCRIPTION_ID": "subscription", "AZURE_RESOURCE_GROUP": "group",
    "POSTGRES_SERVER_NAME": "psql-lake", "POSTGRES_SERVER_FQDN": "127.0.0.1",
    "POSTGRES_DATABASE_NAME": "appdb", "POSTGRES_ADMIN_ROLE": ADMIN,
    "CONTAINER_APP_IDENTITY_NAME": IDENTITY, "CONTAINER_APP_IDENTITY_PRINCIPAL_ID": OBJECT_ID,
  } | changes


def _heed_signals() -> None:
  """What the tests were started with may ignore them (nohup), and no shell can trap them then."""
  for number in INTERRUPTIONS:
    signal.signal(number, signal.SIG_DFL)


def _start(postgres, cloud, **changes: str) -> subprocess.Popen:
  return subprocess.Popen(
    ["sh", str(ROOT / "hooks/postprovision.sh")], env=_environment(postgres, cloud, **changes),
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    cwd=cloud, start_new_session=True, preexec_fn=_heed_signals,
  )


def _run(postgres, cloud, **changes: str) -> tuple[int, str]:
  hook = _start(postgres, cloud, **changes)
  output, errors = hook.communicate(timeout=60)
  said = output + errors
  assert TOKEN not in said
  return hook.returncode, said


def _calls(cloud) -> list[str]:
  path = cloud / "calls"
  return path.read_text().splitlines() if path.exists() else []


def _is_closed(cloud) -> bool:
  return not any((cloud / "rules").iterdir())


def _as_identity(postgres, sql: str) -> subprocess.CompletedProcess:
  return subprocess.run(
    ["psql", "-XAtq", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", IDENTITY, "-d", "appdb",
     "-v", "ON_ERROR_STOP=1", "-c", sql],
    env=os.environ | {"PGPASSWORD": IDENTITY_TOKEN}, capture_output=True, text=True, check=False,
  )


# What DuckLake does with its catalog, and with `--pg-schema`.
CATALOG = (
  "CREATE SCHEMA IF NOT EXISTS public; CREATE TABLE IF NOT EXISTS public.ducklake_snapshot(id INT); "
  "INSERT INTO public.ducklake_snapshot VALUES (1); UPDATE public.ducklake_snapshot SET id = 2; "
  "CREATE SCHEMA IF NOT EXISTS lake; CREATE TABLE IF NOT EXISTS lake.ducklake_snapshot(id INT)"
)


def test_identity_can_keep_a_catalog_after_one_run_and_after_two(postgres, cloud):
  assert _as_identity(postgres, "SELECT 1").returncode != 0
  for _ in range(2):
    code, said = _run(postgres, cloud)
    assert code == 0, said
    assert _is_closed(cloud)
    used = _as_identity(postgres, CATALOG)
    assert used.returncode == 0, used.stderr
  roles = f"SELECT count(*) FROM pg_roles WHERE rolname = '{IDENTITY}'"
  assert postgres.sql(roles) == "1"
  privileges = f"SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = '{IDENTITY}'"
  assert postgres.sql(privileges) == "f"


def test_firewall_opens_to_this_machine_alone(postgres, cloud):
  code, said = _run(postgres, cloud, CURRENT_IP="203.0.113.9")
  assert code == 0, said
  changes = [call for call in _calls(cloud) if call.startswith("rest")]
  assert [call.split()[2] for call in changes] == ["put", "delete"]
  body = json.loads(changes[0].partition("--body ")[2])
  assert body["properties"] == {"startIpAddress": "203.0.113.9", "endIpAddress": "203.0.113.9"}
  for call in changes:
    assert (
      "/subscriptions/subscription/resourceGroups/group/providers/Microsoft.DBforPostgreSQL/"
      "flexibleServers/psql-lake/firewallRules/AllowCurrentClientIp?api-version=2025-08-01"
    ) in call


def test_waits_until_the_administrator_is_let_in(postgres, cloud):
  (cloud / "refused-logins").write_text("2")
  code, said = _run(postgres, cloud)
  assert code == 0, said
  assert said.count("waiting for PostgreSQL") == 2
  assert _is_closed(cloud)


@pytest.mark.parametrize("method", ["put", "delete"])
def test_changes_that_the_server_is_too_busy_for_are_tried_again(postgres, cloud, method):
  (cloud / f"conflicts-{method}").write_text("3")
  code, said = _run(postgres, cloud)
  assert code == 0, said
  assert _is_closed(cloud)


def test_firewall_is_closed_when_nobody_is_let_in(postgres, cloud):
  code, said = _run(postgres, cloud, STUB_TOKEN="stale", POSTGRES_LOGIN_ATTEMPTS="2")
  assert code == 1
  assert "does not let ada@example.com in" in said and "password authentication failed" in said
  assert _is_closed(cloud)


def test_firewall_is_closed_when_the_grants_fail(postgres, cloud):
  code, said = _run(postgres, cloud, CONTAINER_APP_IDENTITY_PRINCIPAL_ID="another")
  assert code not in (0, None)
  assert "not as expected" in said
  assert _is_closed(cloud)


@pytest.mark.parametrize("number", INTERRUPTIONS)
def test_firewall_is_closed_when_the_hook_is_interrupted(postgres, cloud, number):
  # One long wait, which the signal to the process group ends, as Ctrl-C does.
  hook = _start(
    postgres, cloud, STUB_TOKEN="stale", POSTGRES_LOGIN_ATTEMPTS="2", POSTGRES_LOGIN_DELAY_SECONDS="60",
  )
  assert eventually(lambda: any("get-access-token" in call for call in _calls(cloud)))
  assert not _is_closed(cloud)
  os.killpg(hook.pid, number)
  hook.communicate(timeout=60)
  assert hook.returncode == 128 + number
  assert _is_closed(cloud)


def test_a_rule_that_stays_is_told(postgres, cloud):
  (cloud / "conflicts-delete").write_text("1000")
  code, said = _run(postgres, cloud)
  assert code == 1
  assert _as_identity(postgres, CATALOG).returncode == 0
  assert "AllowCurrentClientIp of psql-lake could not be removed" in said


@pytest.mark.parametrize(
  "missing, told",
  [
    ("POSTGRES_SERVER_FQDN", "azd hooks run postprovision"),
    ("CONTAINER_APP_IDENTITY_PRINCIPAL_ID", "azd hooks run postprovision"),
  ],
)
def test_says_how_to_run_it_where_variables_are_missing(postgres, cloud, missing, told):
  code, said = _run(postgres, cloud, **{missing: ""})
  assert code == 1
  assert missing in said and told in said
  assert _calls(cloud) == []


def test_an_address_that_is_none_is_refused(postgres, cloud):
  code, said = _run(postgres, cloud, CURRENT_IP="not an address")
  assert code == 1
  assert "CURRENT_IP" in said
  assert not any(call.startswith("rest") for call in _calls(cloud))


def test_can_be_skipped(postgres, cloud):
  code, said = _run(postgres, cloud, SKIP_POSTGRES_GRANTS="true")
  assert code == 0
  assert "skipped" in said
  assert _calls(cloud) == []
