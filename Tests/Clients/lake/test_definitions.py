"""Definitions of tables that a transaction or a plan refers to, while DuckLake forgets them."""

from __future__ import annotations

import concurrent.futures

import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient, run
from support.ingestion import ingest
from support.parameters import update

EXPIRE = "FROM ducklake_expire_snapshots('lakehouse', older_than => now() + INTERVAL 1 hour)"
ROW = pa.table({"1": [7]})


@pytest.fixture
def server(start, tmp_path):
  """A lake's server in which whatever is freed is overwritten, so that whoever reads it is found out."""
  running = start(
    "--ducklake-data-path", f"{tmp_path}/data/", environment={"MALLOC_PERTURB_": "165"}
  )
  with RawClient(running.address) as raw:
    run(raw, "CREATE TABLE t (a INTEGER)")
  return running


@pytest.fixture
def raw(server):
  with RawClient(server.address) as client:
    yield client


@pytest.fixture
def other(server):
  with RawClient(server.address) as client:
    yield client


def forget(other: RawClient) -> None:
  """Has DuckLake let go of all definitions, and read those of the newest snapshot again."""
  run(other, "INSERT INTO t VALUES (0)")
  assert other.rows(EXPIRE)
  assert other.rows("SELECT count(*) > 0 FROM t") == [(True,)]


@pytest.mark.parametrize(
  ("definition", "use"),
  [
    ("CREATE TABLE n (a INTEGER)", "INSERT INTO n VALUES (1)"),
    ("CREATE TABLE n AS FROM t", "INSERT INTO n VALUES (1)"),
    ("CREATE VIEW n AS FROM t", "SELECT 1"),
    ("CREATE SCHEMA s", "CREATE TABLE s.n (a INTEGER)"),
    ("CREATE MACRO n() AS TABLE FROM t", "SELECT 1"),
    ("ALTER TABLE t ADD COLUMN b INTEGER", "INSERT INTO t VALUES (1, 2)"),
    ("COMMENT ON TABLE t IS 'text'", "INSERT INTO t VALUES (1)"),
    ("DROP TABLE t", "CREATE TABLE t (b INTEGER)"),
  ],
)
def test_a_transaction_keeps_what_it_has_defined(raw, other, definition, use):
  transaction = raw.begin()
  raw.update(Command.update(definition, transaction))
  forget(other)
  raw.update(Command.update(use, transaction))
  forget(other)
  raw.commit(transaction)
  assert raw.rows("SELECT 1") == [(1,)]


def test_a_transaction_keeps_the_table_of_its_ingestion(raw, other):
  transaction = raw.begin()
  assert ingest(raw, Command.ingest("n", transaction=transaction), pa.table({"a": [1, 2]})) == 2
  forget(other)
  raw.update(Command.update("INSERT INTO n VALUES (3)", transaction))
  forget(other)
  raw.commit(transaction)
  assert raw.rows("FROM n ORDER BY ALL") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("in_transaction", [False, True])
@pytest.mark.parametrize("executed_before", [False, True])
def test_a_prepared_insertion_finds_its_table(raw, other, in_transaction, executed_before):
  run(raw, "CREATE TABLE n (a INTEGER)")
  transaction = raw.begin() if in_transaction else None
  prepared = raw.prepare("INSERT INTO n VALUES (?)", transaction)
  if executed_before:
    assert update(raw, prepared.handle, ROW) == 1
  raw.update(Command.update("SELECT 1", transaction))
  forget(other)
  assert update(raw, prepared.handle, ROW) == 1
  if transaction:
    raw.commit(transaction)
  assert raw.rows("SELECT sum(a)::BIGINT FROM n") == [(14 if executed_before else 7,)]


def test_a_prepared_insertion_without_parameters_finds_its_table(raw, other):
  transaction = raw.begin()
  prepared = raw.prepare("INSERT INTO t VALUES (7)", transaction)
  raw.update(Command.update("SELECT 1", transaction))
  forget(other)
  assert raw.update(Command.prepared_update(prepared.handle)) == 1
  raw.commit(transaction)
  assert raw.rows("SELECT count(*) FROM t WHERE a = 7") == [(1,)]


def test_a_prepared_insertion_of_many_rows_finds_its_table(raw, other):
  run(raw, "CREATE TABLE n (a INTEGER)")
  prepared = raw.prepare("INSERT INTO n VALUES (?)")
  with concurrent.futures.ThreadPoolExecutor(1) as pool:
    insertion = pool.submit(update, raw, prepared.handle, pa.table({"1": list(range(500))}))
    while not insertion.done():
      forget(other)
    assert insertion.result() == 500
  assert raw.rows("SELECT count(*), sum(a)::BIGINT FROM n") == [(500, 124750)]


def test_what_was_prepared_by_sql_finds_its_table(raw, other):
  transaction = raw.begin()
  raw.update(Command.update("PREPARE p AS INSERT INTO t VALUES (7)", transaction))
  for _ in range(2):
    forget(other)
    raw.update(Command.update("EXECUTE p", transaction))
  raw.commit(transaction)
  assert raw.rows("SELECT count(*) FROM t WHERE a = 7") == [(2,)]
