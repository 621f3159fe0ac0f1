"""The backups that docs/deploy.md describes, taken and put back."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from support.flightsql import Command, RawClient
from support.postgres import Postgres


def _serve(start, cluster, database, data):
  return start(
    *cluster.flags(database, data), environment={"LAKEHOUSE_PG_PASSWORD": cluster.password}
  )


def _program(cluster: Postgres, name: str, *arguments: str) -> None:
  subprocess.run(
    [name, "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "lake", *arguments], check=True,
    capture_output=True, env={"PATH": "/usr/bin:/bin", "PGPASSWORD": cluster.password},
  )


def test_a_catalog_in_postgresql_is_dumped_before_the_files_are_copied(start, cluster, database, tmp_path):
  data, kept = tmp_path / "data", tmp_path / "kept"
  own = _serve(start, cluster, database, data)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)"))
    raw.update(Command.update("DELETE FROM t WHERE i % 2 = 1"))
    _program(cluster, "pg_dump", "--format", "custom", "--file", str(tmp_path / "dump"), database)
    # What is written between the two is not in the backup, and doesn't harm it.
    raw.update(Command.update("INSERT INTO t SELECT i FROM range(5000) AS r(i)"))
    raw.update(Command.update("UPDATE t SET i = -i"))
    shutil.copytree(data, kept)
    raw.update(Command.update("DROP TABLE t"))
  assert own.stop() == 0

  shutil.rmtree(data)
  shutil.copytree(kept, data)
  restored = f"{database}_restored"
  _program(cluster, "createdb", "--owner", "lake", restored)
  _program(cluster, "pg_restore", "--exit-on-error", "--dbname", restored, str(tmp_path / "dump"))
  with RawClient(_serve(start, cluster, restored, data).address) as raw:
    assert raw.rows("SELECT count(*), sum(i), min(i) FROM t") == [(500, 249_500, 0)]
    raw.update(Command.update("INSERT INTO t VALUES (1)"))
    assert raw.rows("SELECT count(*) FROM t") == [(501,)]


@pytest.mark.parametrize("catalog", ["lake.ducklake", "sqlite:lake.sqlite"])
def test_a_catalog_in_a_file_is_copied_while_no_server_runs(start, tmp_path, catalog):
  lake, kept = tmp_path / "lake", tmp_path / "kept"
  lake.mkdir()
  kind, _, file = catalog.rpartition(":")
  flags = ["--ducklake-data-path", f"{lake}/data/", "--ducklake-catalog", f"{kind}{kind and ':'}{lake / file}"]
  own = start(*flags)
  with RawClient(own.address) as raw:
    raw.update(Command.update("CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)"))
    raw.update(Command.update("DELETE FROM t WHERE i % 2 = 1"))
  assert own.stop() == 0
  shutil.copytree(lake, kept)

  own = start(*flags)
  with RawClient(own.address) as raw:
    raw.update(Command.update("DROP TABLE t"))
  assert own.stop() == 0

  shutil.rmtree(lake)
  shutil.copytree(kept, lake)
  with RawClient(start(*flags).address) as raw:
    assert raw.rows("SELECT count(*), sum(i) FROM t") == [(500, 249_500)]
    raw.update(Command.update("INSERT INTO t VALUES (1)"))
    assert raw.rows("SELECT count(*) FROM t") == [(501,)]
