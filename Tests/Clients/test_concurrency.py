"""Many clients at once, slow ones and ones that leave."""

from __future__ import annotations

import concurrent.futures
import subprocess
import sys
import threading
import time

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pyarrow.flight as flight
import pytest

from support.flightsql import Command, RawClient, any_message, open_query, read_table
from support.server import ROOT, Server, eventually

ENDLESS = "SELECT count(*) FROM range(1000000000000) AS r(i)"
ENDLESS_ROWS = "SELECT i, hash(i) AS h FROM range(1000000000000) AS r(i) WHERE hash(i) % 100 = 7"
LONG = "SELECT i, i * 3 AS j FROM range(100000000) AS r(i)"

OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


def is_idle(server: Server, seconds: float = 0.3) -> bool:
  """Whether it used next to no processor time over a moment: no query is at work."""
  before = server.cpu_seconds()
  time.sleep(seconds)
  return server.cpu_seconds() - before <= 0.1 * seconds


def assert_freed(server: Server) -> None:
  """A server for one statement at a time has room for the next, and its worker time."""
  with RawClient(server.address) as raw:

    def is_served() -> bool:
      try:
        return raw.rows("SELECT 42") == [(42,)]
      except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error
        return False

    assert eventually(is_served, timeout_seconds=5)


def is_busy(server: Server) -> bool:
  return not is_idle(server, 0.1)


@pytest.fixture
def own(start):
  return start()


@pytest.fixture
def narrow(start):
  """A server for one statement at a time."""
  return start("--workers", "1", "--max-statements-per-principal", "1")


def test_sixty_four_clients_and_a_slow_reader(own):
  """Everybody is served, correctly, while one client has stopped reading its result."""
  with flight.connect(own.uri, generic_options=OWN_CONNECTION) as slow:
    stalled = open_query(slow, LONG)
    stalled.read_chunk()
    longest = []

    def work(number: int) -> None:
      with flight.connect(own.uri, generic_options=OWN_CONNECTION) as client:
        for turn in range(10):
          begun = time.monotonic()
          begin = number * 1000 + turn
          sql = f"SELECT i, 'row ' || i AS s FROM range({begin}, {begin + 5000}) AS r(i)"
          found = read_table(client, sql)
          longest.append(time.monotonic() - begun)
          assert found.column("i").to_pylist() == list(range(begin, begin + 5000))
          assert found.column("s")[-1].as_py() == f"row {begin + 4999}"

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
      list(pool.map(work, range(64)))
    assert len(longest) == 640
    assert max(longest) < 10, "nobody starves"
    assert own.peak_resident_mib() < 1024
    stalled.cancel()


def test_more_long_results_than_workers_at_once(own):
  """Results that nobody reads hold no worker: whoever comes next is served."""
  readers = []
  clients = [flight.connect(own.uri, generic_options=OWN_CONNECTION) for _ in range(40)]
  for client in clients:
    readers.append(open_query(client, LONG))
    readers[-1].read_chunk()
  with RawClient(own.address) as raw:
    for _ in range(20):
      assert raw.rows("SELECT 42") == [(42,)]
  for reader in readers:
    reader.cancel()
  for client in clients:
    client.close()


def test_short_statements_go_on_beside_endless_ones(start):
  """Of two workers one is held by a count without end, and a fast client keeps asking for rows."""
  own = start("--workers", "2")
  with RawClient(own.address) as counting, RawClient(own.address) as reading:
    (content,) = counting.flight_info(Command.query(ENDLESS)).tickets
    count = counting.stream(content)
    (content,) = reading.flight_info(Command.query(ENDLESS_ROWS)).tickets
    rows = reading.stream(content)
    reader = threading.Thread(target=list_quietly, args=((None for _ in rows),))
    reader.start()
    with RawClient(own.address) as client:
      for number in range(30):
        assert client.rows(f"SELECT {number}") == [(number,)]
    count.cancel()
    rows.cancel()
    reader.join(10)
    assert not reader.is_alive()


def test_who_waits_for_a_worker_is_served_when_one_is_free(start):
  own = start("--workers", "1")
  with RawClient(own.address) as counting, RawClient(own.address) as waiting:
    (content,) = counting.flight_info(Command.query(ENDLESS)).tickets
    count = counting.stream(content)
    assert eventually(lambda: is_busy(own))
    with pytest.raises(Exception, match="(?i)deadline"):
      waiting.flight_info(Command.query("SELECT 42"), timeout=0.3)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      answers = [pool.submit(waiting.rows, f"SELECT {number}") for number in range(8)]
      count.cancel()
      assert [answer.result() for answer in answers] == [[(number,)] for number in range(8)]


def test_many_sessions_write_at_once(own):
  with RawClient(own.address) as raw:
    raw.query("CREATE TABLE counted (client INTEGER, turn INTEGER)")

  def work(number: int) -> None:
    with RawClient(own.address) as client:
      for turn in range(20):
        assert client.update(Command.update(f"INSERT INTO counted VALUES ({number}, {turn})")) == 1

  with concurrent.futures.ThreadPoolExecutor(16) as pool:
    list(pool.map(work, range(16)))
  with RawClient(own.address) as raw:
    sql = "SELECT count(*), count(DISTINCT (client, turn)) FROM counted"
    assert raw.rows(sql) == [(320, 320)]


def test_many_streams_share_one_connection(own):
  with flight.connect(own.uri) as client:
    numbers = [f"SELECT i + {n} AS i FROM range(200000) AS r(i)" for n in range(32)]
    readers = [open_query(client, sql) for sql in numbers]
    for number, reader in reversed(list(enumerate(readers))):
      found = reader.read_all().column("i")
      assert (found[0].as_py(), len(found)) == (number, 200_000)


def test_threads_share_one_connection(own):
  """Statements of one session overlap; nobody gets another one's rows."""
  with flight.connect(own.uri) as client:

    def work(number: int) -> None:
      for turn in range(30):
        value = number * 1000 + turn
        assert read_table(client, f"SELECT {value} AS v").to_pylist() == [{"v": value}]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      list(pool.map(work, range(8)))


def test_cursors_of_one_connection_in_threads(own):
  with adbc.connect(own.uri, autocommit=True) as connection:

    def work(number: int) -> None:
      for turn in range(20):
        with connection.cursor() as cursor:
          cursor.execute(f"SELECT {number}, {turn}")
          assert cursor.fetchall() == [(number, turn)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      list(pool.map(work, range(8)))


LEAVING_CLIENT = """
import sys
import pyarrow.flight as flight
sys.path.insert(0, {clients!r})
from support.flightsql import open_query
reader = open_query(flight.connect({uri!r}), {sql!r})
for number, chunk in enumerate(reader):
  if number == 2:
    print("reading", flush=True)
"""


def test_a_client_that_vanishes_frees_its_query(narrow):
  clients = str(ROOT / "Tests" / "Clients")
  program = LEAVING_CLIENT.format(clients=clients, uri=narrow.uri, sql=ENDLESS_ROWS)
  process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
  try:
    assert process.stdout.readline() == "reading\n"
  finally:
    process.kill()
    process.wait()
    process.stdout.close()
  assert_freed(narrow)


def test_a_client_that_vanishes_before_its_first_row_frees_its_query(narrow):
  raw = RawClient(narrow.address)
  stream = raw.stream(raw.flight_info(Command.query(ENDLESS)).tickets[0])
  threading.Thread(target=lambda: list_quietly(stream), daemon=True).start()
  assert eventually(lambda: is_busy(narrow))
  raw.close()
  assert_freed(narrow)


def list_quietly(stream) -> None:
  try:
    list(stream)
  except Exception:
    return


def test_a_cancelled_result_frees_its_query(narrow):
  with flight.connect(narrow.uri) as client:
    reader = open_query(client, ENDLESS_ROWS)
    reader.read_chunk()
    reader.cancel()
    assert_freed(narrow)
    assert read_table(client, "SELECT 42").num_rows == 1


def test_a_cancelled_cursor_frees_its_query(narrow):
  with adbc.connect(narrow.uri, autocommit=True) as connection:
    with connection.cursor() as cursor:
      cursor.execute(ENDLESS_ROWS)
      reader = cursor.fetch_record_batch()
      reader.read_next_batch()
      cursor.adbc_cancel()
    assert_freed(narrow)
    with connection.cursor() as cursor:
      cursor.execute("SELECT 42")
      assert cursor.fetchone() == (42,)


@pytest.mark.parametrize("sql", [ENDLESS, ENDLESS_ROWS], ids=["no row", "rows"])
def test_a_deadline_ends_its_query(narrow, sql: str):
  with flight.connect(narrow.uri) as client:
    begun = time.monotonic()
    with pytest.raises(flight.FlightTimedOutError):
      open_query(client, sql, timeout=0.7).read_all()
    assert time.monotonic() - begun < 2
    assert_freed(narrow)
    assert read_table(client, "SELECT 42").num_rows == 1


def test_a_deadline_ends_a_statement_that_runs_at_once(narrow):
  """A statement without result runs in GetFlightInfo; its deadline counts there."""
  with RawClient(narrow.address) as raw:
    with pytest.raises(Exception, match="(?i)deadline"):
      raw.flight_info(Command.query(f"CREATE TABLE never AS {ENDLESS}"), timeout=0.7)
    assert_freed(narrow)
    assert raw.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'never'") == [(0,)]


def test_a_hundred_cancelled_queries_leave_nothing(own):
  with flight.connect(own.uri) as client:
    for _ in range(20):
      reader = open_query(client, LONG)
      reader.read_chunk()
      reader.cancel()
    assert eventually(lambda: is_idle(own))
    before = own.resident_mib()
    for _ in range(100):
      reader = open_query(client, LONG)
      reader.read_chunk()
      reader.cancel()
    assert eventually(lambda: is_idle(own))
    assert own.resident_mib() - before < 64
    assert read_table(client, "SELECT 42").num_rows == 1


def test_memory_is_bounded_while_a_slow_client_reads(own):
  """A hundred million rows, 1.6 GB: first nobody reads, then all are read."""
  with flight.connect(own.uri) as client:
    read_table(client, "SELECT 42")
    idle = own.resident_mib()
    own.reset_peak()
    reader = open_query(client, LONG)
    row_count = reader.read_chunk().data.num_rows
    assert eventually(lambda: is_idle(own)), "the server waits for its client"
    assert own.peak_resident_mib() - idle < 300
    row_count += sum(chunk.data.num_rows for chunk in reader)
    assert row_count == 100_000_000
    assert own.peak_resident_mib() - idle < 300


def test_unfetched_results_are_bounded(own):
  """Tickets of statements that ran at once and were never fetched don't pile up."""
  with RawClient(own.address) as raw:
    raw.query("CREATE TABLE source AS SELECT i, repeat('x', 100) AS s FROM range(100000) AS r(i)")
    raw.query("CREATE TABLE sink (i BIGINT, s VARCHAR)")
    own.reset_peak()
    before = own.resident_mib()
    for _ in range(60):
      try:
        raw.flight_info(Command.query("INSERT INTO sink FROM source RETURNING *"))
      except Exception as error:
        assert "RESOURCE_EXHAUSTED" in str(error)
      raw.query("DELETE FROM sink")
    assert own.peak_resident_mib() - before < 700
    assert raw.rows("SELECT 42") == [(42,)]


def test_a_thousand_statements_leave_memory_as_it_was(own):
  with RawClient(own.address) as raw:
    for _ in range(300):
      raw.rows("SELECT i, 'row ' || i AS s FROM range(100) AS r(i)")
    before = own.resident_mib()
    for _ in range(1000):
      raw.rows("SELECT i, 'row ' || i AS s FROM range(100) AS r(i)")
    assert own.resident_mib() - before < 20


def test_a_thousand_connections_leave_memory_as_it_was(own):
  def come_and_go(count: int) -> None:
    for _ in range(count):
      with RawClient(own.address) as raw:
        raw.query("CREATE TEMP TABLE mine AS SELECT i FROM range(1000) AS r(i)")

  come_and_go(50)
  before = own.resident_mib()
  come_and_go(300)
  assert own.resident_mib() - before < 40


def test_calls_with_distant_deadlines_leave_memory_as_it_was(start):
  """Nothing of a call is kept until a deadline that it has long met."""
  own = start("--log-level", "warning")
  with RawClient(own.address) as raw:
    def call(count: int) -> None:
      for _ in range(count):
        raw.flight_info(any_message("CommandGetTableTypes"), timeout=3600)

    call(2000)
    before = own.resident_mib()
    call(6000)
    assert own.resident_mib() < before + 5
