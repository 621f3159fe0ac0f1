"""Transactions: by handle, by SQL, and as ADBC's connections use them."""

from __future__ import annotations

import contextlib

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command, RawClient
from support.ingestion import APPEND, flight_messages, ingest, ipc_messages
from support.server import eventually


@pytest.fixture
def other(server):
  """Another client, which sees what has been committed."""
  with RawClient(server.address) as opened:
    yield opened


@contextlib.contextmanager
def fails(code: grpc.StatusCode, match: str):
  with pytest.raises(grpc.RpcError, match=match) as caught:
    yield
  assert caught.value.code() == code, caught.value


@pytest.fixture
def counter(raw, name):
  """A table of one row."""
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  return name


def values(client: RawClient, table: str) -> list[int]:
  return [row[0] for row in client.rows(f"SELECT a FROM {table} ORDER BY a")]


@pytest.mark.parametrize("commits", [True, False])
def test_a_transaction_is_committed_or_rolled_back(raw, other, counter, commits):
  transaction = raw.begin()
  assert raw.update(Command.update(f"INSERT INTO {counter} VALUES (2)", transaction)) == 1
  assert values(other, counter) == [1]
  raw.end(transaction, 1 if commits else 2)
  assert values(other, counter) == ([1, 2] if commits else [1])
  raw.update(Command.update(f"INSERT INTO {counter} VALUES (3)"))
  assert 3 in values(other, counter), "without a transaction again"


def test_every_kind_of_command_runs_in_the_transaction_it_names(raw, other, counter):
  transaction = raw.begin()
  raw.update(Command.update(f"INSERT INTO {counter} VALUES (2)", transaction))
  (ticket,) = raw.flight_info(Command.query(f"FROM {counter}", transaction)).tickets
  assert len(raw.messages(ticket)) == 2
  raw.flight_info(Command.query(f"INSERT INTO {counter} VALUES (3)", transaction))
  prepared = raw.prepare(f"INSERT INTO {counter} VALUES (4)", transaction)
  assert raw.update(Command.prepared_update(prepared.handle)) == 1
  raw.update(Command.update(f"ALTER TABLE {counter} ADD COLUMN b INTEGER", transaction))
  assert raw.schema_bytes(Command.query(f"SELECT b FROM {counter}", transaction))
  assert values(other, counter) == [1]
  raw.roll_back(transaction)
  assert values(other, counter) == [1]


def test_commands_without_an_id_join_the_sessions_transaction(raw, other, counter):
  transaction = raw.begin()
  raw.query(f"INSERT INTO {counter} VALUES (2)")
  assert values(raw, counter) == [1, 2]
  assert values(other, counter) == [1]
  raw.commit(transaction)
  assert values(other, counter) == [1, 2]


def test_a_prepared_statement_outlives_its_transaction(raw, other, counter):
  first = raw.begin()
  insert = raw.prepare(f"INSERT INTO {counter} VALUES (2)", first).handle
  raw.update(Command.prepared_update(insert))
  raw.commit(first)
  second = raw.begin()
  raw.update(Command.prepared_update(insert))
  raw.roll_back(second)
  assert values(other, counter) == [1, 2], "it joined the second transaction"
  raw.update(Command.prepared_update(insert))
  assert values(other, counter) == [1, 2, 2]


def test_a_transaction_is_used_from_another_connection(raw, other, counter):
  transaction = raw.begin()
  other.update(Command.update(f"INSERT INTO {counter} VALUES (2)", transaction))
  assert values(other, counter) == [1], "the other client is not in it but where it says so"
  (ticket,) = other.flight_info(Command.query(f"FROM {counter}", transaction)).tickets
  assert len(other.messages(ticket)) == 2
  insert = other.prepare(f"INSERT INTO {counter} VALUES (3)", transaction).handle
  assert other.update(Command.prepared_update(insert)) == 1
  assert values(raw, counter) == [1, 2, 3]
  assert values(other, counter) == [1]
  other.commit(transaction)
  assert values(other, counter) == [1, 2, 3]
  other.close_prepared(insert)
  with fails(grpc.StatusCode.NOT_FOUND, "prepared statement is unknown"):
    other.update(Command.prepared_update(insert))


def test_several_transactions_of_one_session(raw, other, counter):
  first, second = raw.begin(), raw.begin()
  raw.update(Command.update(f"INSERT INTO {counter} VALUES (2)", first))
  raw.update(Command.update(f"INSERT INTO {counter} VALUES (3)", second))
  insert = raw.prepare(f"INSERT INTO {counter} VALUES (4)", second).handle
  raw.update(Command.prepared_update(insert))
  raw.roll_back(first)
  assert values(raw, counter) == [1, 3, 4], "the one that is left is joined"
  raw.commit(second)
  assert values(other, counter) == [1, 3, 4]


def test_sql_and_actions_end_the_same_transaction(raw, other, counter):
  transaction = raw.begin()
  raw.query(f"INSERT INTO {counter} VALUES (2)")
  raw.query("COMMIT")
  assert values(other, counter) == [1, 2]
  with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
    raw.commit(transaction)
  with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
    raw.update(Command.update("SELECT 1", transaction))


def test_a_transaction_begun_twice_on_a_sessions_only_place_for_it(raw):
  raw.query("CREATE TEMP TABLE mine AS SELECT 1 AS a")
  transaction = raw.begin()
  with fails(grpc.StatusCode.FAILED_PRECONDITION, "temporary objects"):
    raw.begin()
  assert raw.rows("FROM mine") == [(1,)]
  raw.commit(transaction)


def test_unknown_and_malformed_ids(raw):
  for transaction in (b"x", bytes(16), b"y" * 10_000):
    with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
      raw.update(Command.update("SELECT 1", transaction))
    with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
      raw.flight_info(Command.query("SELECT 1", transaction))
    with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
      raw.prepare("SELECT 1", transaction)
    with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
      raw.commit(transaction)
  transaction = raw.begin()
  for action in (0, 3, 2**31 - 1):
    with fails(grpc.StatusCode.INVALID_ARGUMENT, "END_TRANSACTION_COMMIT"):
      raw.end(transaction, action)
  raw.roll_back(transaction)
  with fails(grpc.StatusCode.NOT_FOUND, "transaction is unknown"):
    raw.roll_back(transaction)


def test_a_conflict_is_aborted_and_leaves_a_clean_state(raw, other, counter):
  mine, others = raw.begin(), other.begin()
  raw.query(f"UPDATE {counter} SET a = 2")
  with fails(grpc.StatusCode.ABORTED, "onflict"):
    other.query(f"UPDATE {counter} SET a = 3")
  raw.commit(mine)
  with fails(grpc.StatusCode.ABORTED, "nothing was committed"):
    other.commit(others)
  other.query(f"UPDATE {counter} SET a = a + 10")
  assert values(other, counter) == [12]


@pytest.mark.parametrize("end", ["COMMIT", "END TRANSACTION"])
def test_committing_what_an_error_has_aborted_is_an_error(raw, other, name, end):
  """DuckDB itself says yes, and rolls back."""
  raw.query(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)")
  raw.query("BEGIN")
  raw.query(f"INSERT INTO {name} VALUES (1)")
  with fails(grpc.StatusCode.ALREADY_EXISTS, "(?i)duplicate key"):
    raw.query(f"INSERT INTO {name} VALUES (1)")
  with fails(grpc.StatusCode.FAILED_PRECONDITION, "aborted"):
    raw.query("SELECT 1")
  with fails(grpc.StatusCode.ABORTED, "nothing was committed"):
    raw.query(end)
  assert values(other, name) == []
  raw.query("BEGIN")
  raw.query("ROLLBACK")


def test_a_result_is_read_to_its_end_after_its_transaction(raw):
  transaction = raw.begin()
  info = raw.flight_info(Command.query("SELECT range AS a FROM range(3_000_000)", transaction))
  stream = raw.stream(info.tickets[0])
  received = [next(stream), next(stream)]
  raw.commit(transaction)
  assert raw.rows("SELECT 1") == [(1,)]
  received += list(stream)
  assert sum(map(len, received)) > 3_000_000 * 8


@pytest.mark.parametrize("reads", [True, False], ids=["begun", "unread"])
def test_a_result_that_is_not_read_to_its_end_does_no_harm_to_its_transaction(server, name, reads):
  with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
    cursor.execute(f"CREATE TABLE {name} (a INTEGER)")
    for number in range(20):
      cursor.execute("SELECT range FROM range(200000)")
      if reads:
        cursor.fetchone()
      cursor.execute(f"INSERT INTO {name} VALUES (?)", (number,))
    connection.commit()
    cursor.execute(f"SELECT count(*) FROM {name}")
    assert cursor.fetchone() == (20,)


def test_a_closed_connection_rolls_back(server, raw, counter):
  with RawClient(server.address) as leaving:
    transaction = leaving.begin()
    leaving.update(Command.update(f"INSERT INTO {counter} VALUES (2)", transaction))

  def is_gone() -> bool:
    try:
      raw.flight_info(Command.query("SELECT 1", transaction))
    except grpc.RpcError as error:
      return error.code() == grpc.StatusCode.NOT_FOUND
    return False

  assert eventually(is_gone)
  assert values(raw, counter) == [1]


class TestIdle:
  """A server that rolls back transactions after a second (it looks every ten)."""

  @pytest.fixture
  def clients(self, start):
    address = start("--transaction-idle-seconds", "1").address
    with RawClient(address) as first, RawClient(address) as second, RawClient(address) as third:
      first.query("CREATE TABLE t AS SELECT 1 AS a")
      first.query("CREATE TABLE u (a INTEGER)")
      yield first, second, third

  @staticmethod
  def is_unlocked(client: RawClient) -> bool:
    """Whether nobody else's transaction is in the way of an update."""
    try:
      client.query("UPDATE t SET a = a + 1")
    except grpc.RpcError as error:
      assert error.code() == grpc.StatusCode.ABORTED
      return False
    return True

  def test_abandoned_transactions_are_rolled_back(self, clients):
    first, second, _ = clients
    transaction = first.begin()
    first.query("UPDATE t SET a = 100")
    assert eventually(lambda: self.is_unlocked(second), timeout_seconds=30)
    with fails(grpc.StatusCode.ABORTED, "idle"):
      first.query("INSERT INTO u VALUES (1)")
    with fails(grpc.StatusCode.ABORTED, "idle"):
      first.commit(transaction)
    first.query("INSERT INTO u VALUES (2)")
    assert second.rows("FROM u") == [(2,)]

    first.query("BEGIN")
    first.query("UPDATE t SET a = 100")
    assert eventually(lambda: self.is_unlocked(second), timeout_seconds=30)
    with fails(grpc.StatusCode.ABORTED, "idle"):
      first.rows("SELECT 1")
    first.query("ROLLBACK")
    assert first.rows("SELECT 1") == [(1,)]

  @pytest.mark.parametrize("names_it", [True, False])
  def test_one_is_used_while_the_rows_of_its_ingestion_come(self, clients, names_it: bool):
    first, abandoned, other = clients
    transaction = first.begin()
    abandoned.begin()
    abandoned.query("UPDATE t SET a = 100")
    rows = pa.table({"a": [1, 2, 3]})
    asked = Command.ingest("u", if_exists=APPEND, transaction=transaction if names_it else None)

    def slowly():
      head, *batches = flight_messages(asked, ipc_messages(rows.schema, rows.to_batches()))
      yield head
      assert eventually(lambda: self.is_unlocked(other), timeout_seconds=30), "it has looked"
      yield from batches

    assert len(list(first.call("DoPut", slowly()))) == 1
    first.commit(transaction)
    assert other.rows("SELECT count(*) FROM u") == [(3,)]


class TestADBC:
  def test_commit_and_roll_back(self, server, raw, counter):
    with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
      cursor.execute(f"INSERT INTO {counter} VALUES (2)")
      assert values(raw, counter) == [1]
      connection.commit()
      assert values(raw, counter) == [1, 2]
      cursor.execute(f"INSERT INTO {counter} VALUES (3)")
      cursor.execute(f"SELECT count(*) FROM {counter}")
      assert cursor.fetchone() == (3,)
      connection.rollback()
      cursor.execute(f"SELECT count(*) FROM {counter}")
      assert cursor.fetchone() == (2,)
      cursor.executescript(f"INSERT INTO {counter} VALUES (4); INSERT INTO {counter} VALUES (5)")
      connection.commit()
    assert values(raw, counter) == [1, 2, 4, 5]

  def test_what_is_not_committed_at_the_end_is_rolled_back(self, server, raw, counter):
    with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
      cursor.execute(f"INSERT INTO {counter} VALUES (2)")
    assert values(raw, counter) == [1]

  def test_the_same_text_in_the_next_transaction(self, server, raw, counter):
    """The cursor runs its old prepared handle again."""
    with adbc.connect(server.uri) as connection, connection.cursor() as cursor:
      insert = f"INSERT INTO {counter} VALUES (2)"
      for _ in range(2):
        cursor.execute(insert)
        connection.commit()
      cursor.execute(insert)
      connection.rollback()
    assert values(raw, counter) == [1, 2, 2]


def test_adbc_writes_nothing_after_a_commit_that_failed(server, raw, name):
  """The driver has no transaction then, and would go on with statements that name none."""
  raw.update(Command.update(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)"))
  insertion = f"INSERT INTO {name} VALUES (1)"
  with adbc.connect(server.uri) as connection, connection.cursor() as first:
    first.execute(insertion)
    with connection.cursor() as second, pytest.raises(adbc.Error, match="duplicate key"):
      second.execute(insertion)
    for _ in range(2):
      with pytest.raises(adbc.Error):
        connection.commit()
      with pytest.raises(adbc.Error, match="could not be committed"):
        first.execute(insertion)
      with connection.cursor() as third, pytest.raises(adbc.Error, match="could not be committed"):
        third.adbc_ingest(name, pa.table({"a": [2]}), mode="append")
  assert values(raw, name) == []


@pytest.mark.parametrize("knows", ["another transaction", "a statement without one"])
def test_a_client_that_knows_of_a_failed_commit_goes_on(raw, counter, knows: str):
  rows = pa.table({"a": [2]})
  prepared = raw.prepare(f"INSERT INTO {counter} VALUES (3)")
  transaction = raw.begin()
  with fails(grpc.StatusCode.INVALID_ARGUMENT, "Could not convert"):
    raw.update(Command.update(f"INSERT INTO {counter} SELECT 'x' || a FROM {counter}", transaction))
  with fails(grpc.StatusCode.ABORTED, "nothing was committed"):
    raw.commit(transaction)
  with fails(grpc.StatusCode.ABORTED, "could not be committed"):
    ingest(raw, Command.ingest(counter, if_exists=APPEND), rows)
  with fails(grpc.StatusCode.ABORTED, "could not be committed"):
    raw.update(Command.prepared_update(prepared.handle))
  if knows == "another transaction":
    transaction = raw.begin()
  else:
    raw.rows("SELECT 1")
  assert ingest(raw, Command.ingest(counter, if_exists=APPEND), rows) == 1
  assert raw.update(Command.prepared_update(prepared.handle)) == 1
  if knows == "another transaction":
    raw.commit(transaction)
  assert values(raw, counter) == [1, 2, 3]


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_transaction_begins_and_ends_beside_a_dynamic_pivot(raw, other, counter, end):
  """Of a PIVOT whose columns depend on the data DuckDB makes several statements."""
  raw.query(f"BEGIN; INSERT INTO {counter} VALUES (2); PIVOT {counter} ON a USING count(*)")
  assert values(other, counter) == [1]
  assert values(raw, counter) == [1, 2]
  raw.query(end)
  assert values(other, counter) == ([1, 2] if end == "COMMIT" else [1])
  raw.query(f"BEGIN; INSERT INTO {counter} VALUES (3); PIVOT {counter} ON a USING count(*); {end}")
  assert values(other, counter) == ([1, 2, 3] if end == "COMMIT" else [1])


def test_a_transaction_that_began_beside_a_dynamic_pivot_is_known(raw, other, counter):
  raw.query(f"BEGIN; INSERT INTO {counter} VALUES (2); PIVOT {counter} ON a USING count(*)")
  with pytest.raises(grpc.RpcError, match="boom"):
    raw.query("SELECT error('boom')")
  with fails(grpc.StatusCode.ABORTED, "nothing was committed"):
    raw.query("COMMIT")
  assert values(other, counter) == [1]
