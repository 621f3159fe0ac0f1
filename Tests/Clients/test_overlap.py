"""Statements of one session that overlap where all of them must share one DuckDB connection.

Temporary tables and transactions tie a session to a connection, on which a second statement would
end the first one's result: the rest of that is set aside for its client.
"""

from __future__ import annotations

import threading

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow as pa
import pytest

from support import protobuf
from support.flightsql import Command, FlightData, RawClient, table
from support.server import eventually

ROW_COUNT = 3_000_000
NUMBERS = f"SELECT i FROM range({ROW_COUNT}) AS r(i)"
ENDLESS_ROWS = "SELECT i FROM range(1000000000000) AS r(i)"


@pytest.fixture
def own(start, tmp_path):
  """A server whose temporary files lie in the test's folder."""
  return start(environment={"TMPDIR": f"{tmp_path}/"})


@pytest.fixture
def session(own):
  with RawClient(own.address) as opened:
    yield opened


@pytest.fixture
def tied(session):
  """A session that a temporary table keeps on one connection."""
  session.query("CREATE TEMP TABLE mine AS SELECT 7 AS a")
  yield session


class Reading:
  """A result of which the first part was taken, and the rest waits."""

  def __init__(self, session: RawClient, sql: str):
    (ticket,) = session.flight_info(Command.query(sql)).tickets
    self.call = session.stream(ticket)
    self.messages = [next(self.call), next(self.call)]

  def rest(self) -> pa.Table:
    """All of the result, the first part included."""
    contents = [*self.messages, *self.call]
    return table(FlightData.parse(content) for content in contents)

  def cancel(self) -> None:
    self.call.cancel()


def assert_numbers(found: pa.Table, count: int = ROW_COUNT) -> None:
  column = found.column("i").combine_chunks()
  assert column.equals(pa.array(range(count), pa.int64()))


def test_a_result_is_whole_though_another_statement_runs(tied):
  first = Reading(tied, NUMBERS)
  assert tied.rows("SELECT a FROM mine") == [(7,)]
  assert tied.update(Command.update("INSERT INTO mine VALUES (8)")) == 1
  assert_numbers(first.rest())
  assert tied.rows("SELECT count(*) FROM mine") == [(2,)]


def test_results_set_aside_one_after_the_other(tied):
  readings = [Reading(tied, f"SELECT i + {n} AS i FROM range(600000) AS r(i)") for n in range(5)]
  for number, reading in reversed(list(enumerate(readings))):
    found = reading.rest().column("i")
    assert (found[0].as_py(), found[-1].as_py(), len(found)) == (number, 599_999 + number, 600_000)


def test_a_result_in_a_transaction_outlives_its_rollback(session, name):
  session.query(f"CREATE TABLE {name} (i BIGINT)")
  session.query("BEGIN")
  session.query(f"INSERT INTO {name} {NUMBERS}")
  reading = Reading(session, f"SELECT i FROM {name} ORDER BY i")
  session.query(f"INSERT INTO {name} VALUES (-1)")
  assert session.rows(f"SELECT count(*) FROM {name}") == [(ROW_COUNT + 1,)]
  session.query("ROLLBACK")
  assert session.rows(f"SELECT count(*) FROM {name}") == [(0,)]
  assert_numbers(reading.rest())


def test_an_error_after_a_result_was_set_aside_reaches_its_reader(tied):
  # With more threads DuckDB now and then reports that it stopped instead of why.
  tied.query("SET GLOBAL threads = 1")
  boom = f"CASE WHEN i = {ROW_COUNT} THEN error('boom') ELSE i END"
  first = Reading(tied, f"SELECT {boom} AS i FROM range({ROW_COUNT + 10}) AS r(i)")
  assert tied.rows("SELECT a FROM mine") == [(7,)]
  with pytest.raises(grpc.RpcError, match="boom"):
    first.rest()
  assert tied.rows("SELECT 42") == [(42,)]


def test_what_was_set_aside_has_no_name_and_little_memory(own, tied, tmp_path):
  """400 MB, of which the server keeps a few in memory and the rest in a file without a name."""
  idle = own.resident_mib()
  own.reset_peak()
  first = Reading(tied, "SELECT i FROM range(50000000) AS r(i)")
  assert tied.rows("SELECT a FROM mine") == [(7,)]
  (spill_folder,) = tmp_path.iterdir()
  assert list(spill_folder.iterdir()) == []
  received = sum(
    FlightData.parse(content).byte_count for content in [*first.messages, *first.call]
  )
  assert received > 400_000_000
  assert own.peak_resident_mib() - idle < 200


def test_a_result_given_up_after_it_was_set_aside(tied, own):
  for _ in range(5):
    first = Reading(tied, NUMBERS)
    assert tied.rows("SELECT a FROM mine") == [(7,)]
    first.cancel()
  assert tied.rows("SELECT 42") == [(42,)]


def test_a_deadline_counts_while_another_result_is_in_the_way(tied):
  """An endless result can't be set aside; who waits for that is told in time, and may try again."""
  first = Reading(tied, ENDLESS_ROWS)
  with pytest.raises(grpc.RpcError) as caught:
    tied.flight_info(Command.query("INSERT INTO mine VALUES (8)"), timeout=0.5)
  assert caught.value.code() in (
    grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED
  )
  first.cancel()
  assert tied.rows("SELECT count(*) FROM mine") == [(1,)]


def test_a_setting_reaches_every_statement_that_comes_later(session):
  """Without anything that ties it, a session's statements run beside each other."""
  first = Reading(session, NUMBERS)
  session.query("CREATE SCHEMA elsewhere")
  session.query("USE elsewhere")
  second = Reading(session, NUMBERS)
  session.query("SET VARIABLE v = 'set'")
  sql = "SELECT current_schema(), getvariable('v')"
  assert session.rows(sql) == [("elsewhere", "set")]
  third = Reading(session, f"{sql}, i FROM range({ROW_COUNT}) AS r(i)")
  assert session.rows(sql) == [("elsewhere", "set")]
  assert_numbers(first.rest())
  assert_numbers(second.rest())
  assert set(third.rest().column(0).unique().to_pylist()) == {"elsewhere"}


def test_a_statement_that_reads_while_the_session_gets_tied(session):
  first = Reading(session, NUMBERS)
  session.query("CREATE TEMP TABLE later AS SELECT 1 AS a")
  second = Reading(session, "SELECT i, (SELECT a FROM later) AS a FROM range(2000000) AS r(i)")
  assert session.rows("SELECT a FROM later") == [(1,)]
  assert second.rest().column("a").unique().to_pylist() == [1]
  assert_numbers(first.rest())


def test_a_ticket_whose_table_changed_is_refused(session, name):
  session.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  (content,) = session.flight_info(Command.query(f"SELECT * FROM {name}")).tickets
  session.query(f"ALTER TABLE {name} ADD COLUMN b VARCHAR")
  with pytest.raises(grpc.RpcError) as caught:
    session.messages(content)
  assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
  assert session.query(f"SELECT * FROM {name}").schema.names == ["a", "b"]


def test_a_prepared_statement_follows_its_table(session, name):
  session.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  handle = session.prepare(f"SELECT count(*) AS n FROM {name}").handle
  session.query(f"INSERT INTO {name} VALUES (2)")
  (content,) = session.flight_info(Command.prepared_query(handle)).tickets
  assert table(session.messages(content)).to_pylist() == [{"n": 2}]


def test_cursors_overlap_in_a_session_with_a_temporary_table(own):
  with adbc.connect(own.uri, autocommit=True) as connection:
    with connection.cursor() as first, connection.cursor() as second:
      second.execute(f"CREATE TEMP TABLE mine AS {NUMBERS}")
      first.execute("SELECT i FROM mine ORDER BY i")
      reader = first.fetch_record_batch()
      row_count = reader.read_next_batch().num_rows
      second.execute("DELETE FROM mine WHERE i % 2 = 0")
      second.execute("SELECT count(*) FROM mine")
      assert second.fetchone() == (ROW_COUNT // 2,)
      assert row_count + sum(batch.num_rows for batch in reader) == ROW_COUNT


def test_threads_share_a_session_with_a_temporary_table(own):
  """Each gets its own rows, whatever is set aside for whom."""
  failures = []
  with RawClient(own.address) as session:
    session.query("CREATE TEMP TABLE mine AS SELECT i FROM range(300000) AS r(i)")

    def work(number: int) -> None:
      for turn in range(8):
        offset = number * 1000 + turn
        found = session.query(f"SELECT i + {offset} AS i FROM mine ORDER BY i").column("i")
        if (found[0].as_py(), found[-1].as_py(), len(found)) != (offset, 299_999 + offset, 300_000):
          failures.append((number, turn))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join(60)
  assert not any(thread.is_alive() for thread in threads)
  assert failures == []


def test_the_session_ends_while_its_result_is_read(own, session):
  """The result ends with an error or is read to its end; the server goes on."""
  reading = Reading(session, NUMBERS)
  (answer,) = session.action("CloseSession")
  assert protobuf.first(answer, 1) == 1
  try:
    assert_numbers(reading.rest())
  except grpc.RpcError as error:
    assert error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.CANCELLED)
  assert eventually(lambda: session.rows("SELECT 42") == [(42,)])


@pytest.mark.parametrize(
  "value",
  [
    "random()", "(SELECT max(i) FROM {name})", "current_timestamp", "nextval('{name}_s')",
    "-5", "TRUE", "[1, 2]", "{{'a': 'it''s (1)'}}",
  ],
)
def test_a_variable_is_the_same_beside_a_result(session, name, value):
  """Computed again on another connection, it would be another one; or fail, its table being gone."""
  session.query(f"CREATE TABLE {name} AS SELECT 1 AS i")
  session.query(f"CREATE SEQUENCE {name}_s")
  session.query(f"SET VARIABLE v = {value.format(name=name)}")
  before = session.rows("SELECT getvariable('v')")
  session.query(f"DROP TABLE {name}")
  first = Reading(session, NUMBERS)
  assert session.rows("SELECT getvariable('v')") == before
  assert_numbers(first.rest())


def test_a_session_goes_on_whose_schema_is_gone(session, name):
  """What it has set can't be repeated on other connections any more."""
  session.query(f"CREATE SCHEMA {name}")
  session.query(f"USE {name}")
  session.query(f"DROP SCHEMA {name}")
  assert session.rows("SELECT 1") == [(1,)]
  first = Reading(session, NUMBERS)
  with pytest.raises(grpc.RpcError, match=name):
    session.rows("SELECT 2")
  assert session.rows("SELECT 3") == [(3,)]
  session.query("USE main")
  assert session.rows("SELECT current_schema()") == [("main",)]
  assert_numbers(first.rest())
