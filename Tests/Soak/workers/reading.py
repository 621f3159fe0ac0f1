"""Clients that read, and know what they must get."""

from __future__ import annotations

import functools
import random
import threading

import duckdb
import pyarrow as pa
import pyarrow.flight as flight

from Soak.ledger import State
from Soak.site import ACCOUNT_COUNT, INITIAL_BALANCE
from Soak.workers.worker import Worker, close_quietly
from Soak.workers.writing import RawWriter
from support.columns import COLUMNS, select
from support.flightsql import Command, any_message, open_query, read_table, table
from support.ingestion import flight_messages, ipc_messages
from support.protobuf import message
from support.tables import assert_equal

ROW_COUNTS = (0, 1, 2049, 4000)
SLOW_READER_ROWS = 2_000_000
SORTED_ROWS = 3_000_000
_oracle_lock = threading.Lock()


@functools.cache
def expected_table(names: tuple[str, ...], row_count: int):
  """What DuckDB in this process makes of generated columns."""
  columns = [column for column in COLUMNS if column.name in names]
  with _oracle_lock, duckdb.connect() as oracle:
    oracle.execute("SET TimeZone = 'UTC'")
    return oracle.execute(select(columns, row_count, expected=True)).to_arrow_table()


class FlightReader(Worker):
  """Reads through Arrow's C++ client."""

  client: flight.FlightClient | None = None

  def disconnect(self) -> None:
    close_quietly(self.client)
    self.client = None

  def connect(self) -> flight.FlightClient:
    self.client = self.client or self.site.flight()
    return self.client


class Comparer(FlightReader):
  """Values of all types are those that DuckDB makes."""

  # Always the same queries, so that the expected tables are made once.
  CHOICES = [
    (tuple(c.name for c in random.Random(n).sample(COLUMNS, 6)), ROW_COUNTS[n % len(ROW_COUNTS)])
    for n in range(16)
  ]

  def turn(self) -> None:
    names, row_count = self.random.choice(self.CHOICES)
    columns = [column for column in COLUMNS if column.name in names]
    with self.operation("compare types"):
      found = read_table(
        self.connect(), select(columns, row_count), **self.site.flight_options
      )
      try:
        assert_equal(found, expected_table(names, row_count))
      except AssertionError as error:
        self.complain(f"{row_count} rows of {', '.join(names)}: {error}")


class Auditor(RawWriter):
  """Whatever is being moved, the sum stays the same, and so does what a transaction has read."""

  expected = frozenset()

  def turn(self) -> None:
    sql = (
      f"SELECT count(*), sum(balance)::BIGINT FROM {self.site.storage.table('accounts')}"
    )
    raw = self.connect()
    with self.operation("audit"):
      if (found := raw.rows(sql)) != [(ACCOUNT_COUNT, ACCOUNT_COUNT * INITIAL_BALANCE)]:
        self.complain(f"accounts and their sum: {found}")
    books = f"SELECT count(*), sum(hash(writer, batch, position)) FROM " \
      f"{self.site.storage.table('ledger')}"
    with self.operation("repeatable read"):
      raw.rows("BEGIN")
      first, second = raw.rows(books), raw.rows(books)
      raw.rows("COMMIT")
      if first != second:
        self.complain(f"a transaction read {first}, then {second}")


class WholeBatches(RawWriter):
  """Never sees a part of a transaction."""

  expected = frozenset()

  def turn(self) -> None:
    sql = (
      "SELECT writer, batch, count(*), max(position) FROM "
      f"{self.site.storage.table('ledger')} GROUP BY writer, batch"
    )
    with self.operation("read batches"):
      found = self.connect().rows(sql)
    for writer, number, row_count, last in found:
      batch = self.site.ledger.batches.get((writer, number))
      whole = batch and (row_count, last) == (batch.row_count, batch.row_count - 1)
      if not whole or batch.state is State.REFUSED:
        self.complain(f"reads {row_count} rows up to {last} of {batch or (writer, number)}")


class SlowReader(FlightReader):
  """Takes its time over a long result, and leaves it half of the times."""

  def turn(self) -> None:
    begin = self.random.randrange(1_000_000)
    sql = f"SELECT i, hash(i) AS h FROM range({begin}, {begin + SLOW_READER_ROWS}) AS r(i)"
    leaves = self.random.random() < 0.5
    with self.operation("slow read"):
      reader = open_query(self.connect(), sql, **self.site.flight_options)
      row_count = total = 0
      for chunk in reader:
        row_count += chunk.data.num_rows
        total += sum(chunk.data.column(0).to_numpy().tolist())
        if leaves and row_count > SLOW_READER_ROWS // 4:
          reader.cancel()
          return
        if self.site.stopping.wait(self.random.uniform(0, 0.1)):
          reader.cancel()
          return
      wanted = SLOW_READER_ROWS * begin + SLOW_READER_ROWS * (SLOW_READER_ROWS - 1) // 2
      if (row_count, total) != (SLOW_READER_ROWS, wanted):
        self.complain(f"{row_count} rows with a sum of {total} instead of {wanted}")


class Sorter(FlightReader):
  """More than fits in memory: DuckDB spills."""

  expected = frozenset({"RESOURCE_EXHAUSTED", "FlightServerError", "ArrowException"})

  def turn(self) -> None:
    sql = (
      f"SELECT h, i FROM (SELECT hash(i) AS h, i FROM range({SORTED_ROWS}) AS r(i)) ORDER BY h"
    )
    with self.operation("large sort"):
      row_count = 0
      last = -1
      for chunk in open_query(self.connect(), sql, **self.site.flight_options):
        hashes = chunk.data.column(0).to_numpy()
        row_count += len(hashes)
        if len(hashes) and (int(hashes[0]) < last or (hashes[1:] < hashes[:-1]).any()):
          self.complain("a sorted result isn't sorted")
        last = int(hashes[-1]) if len(hashes) else last
        if self.site.stopping.is_set():
          return
      if row_count != SORTED_ROWS:
        self.complain(f"{row_count} sorted rows instead of {SORTED_ROWS}")
    self.site.stopping.wait(2)


class Preparer(RawWriter):
  """Prepared queries with bound values; closes about half of them."""

  expected = frozenset()

  def turn(self) -> None:
    raw = self.connect()
    with self.operation("prepared query"):
      prepared = raw.prepare("SELECT ?::BIGINT * 2 AS n")
      for _ in range(self.random.randrange(4)):
        value = self.random.getrandbits(40)
        self.execute(raw, prepared.handle, value)
      if self.random.random() < 0.5:
        raw.close_prepared(prepared.handle)
    if self.random.random() < 0.05:
      self.disconnect()

  def execute(self, raw, handle: bytes, value: int) -> None:
    row = pa.table({"": pa.array([value], pa.int64())})
    command = Command.prepared_query(handle)
    raw.put(*flight_messages(command, ipc_messages(row.schema, row.to_batches())))
    (ticket,) = raw.flight_info(command).tickets
    if (found := table(raw.messages(ticket)).to_pylist()) != [{"n": value * 2}]:
      self.complain(f"twice {value} is {found}")


class Browser(Worker):
  """Asks for metadata as tools do, and for settings of its own, through ADBC."""

  connection = None

  def disconnect(self) -> None:
    close_quietly(self.connection)
    self.connection = None

  def turn(self) -> None:
    with self.operation("metadata"):
      self.connection = self.connection or self.site.adbc()
      schema = self.connection.adbc_get_table_schema(
        "ledger", catalog_filter=self.site.storage.catalog, db_schema_filter="main"
      )
      if schema.names != ["writer", "batch", "position", "content"]:
        self.complain(f"the ledger's columns: {schema.names}")
      self.connection.adbc_get_objects(depth="tables").read_all()
      self.connection.adbc_get_info()
    value = self.random.getrandbits(30)
    with self.operation("session state"), self.connection.cursor() as cursor:
      cursor.execute(f"SET VARIABLE mine = {value}")
      cursor.execute(f"CREATE OR REPLACE TEMP TABLE mine AS SELECT {value} AS n")
      cursor.execute("SELECT n, getvariable('mine') FROM mine")
      if (found := cursor.fetchall()) != [(value, value)]:
        self.complain(f"its session holds {found} instead of {value}")
    if self.random.random() < 0.1:
      self.disconnect()


class Keys(RawWriter):
  """Metadata commands one by one, and results that are announced and never fetched."""

  expected = frozenset()

  def turn(self) -> None:
    with self.operation("announced only"):
      self.connect().flight_info(any_message("CommandGetTables", message((5, True))))
      self.connect().rows("SELECT 42")
    with self.operation("session options"):
      self.connect().action("GetSessionOptions")


class Elsewhere(Worker):
  """Announces a query at one server and fetches it from another, as behind a balancer."""

  here = there = None

  def disconnect(self) -> None:
    close_quietly(self.here)
    close_quietly(self.there)
    self.here = self.there = None

  def turn(self) -> None:
    here, there = self.random.sample(self.site.ports, 2)
    self.here, self.there = self.site.raw(here), self.site.raw(there)
    sql = (
      "SELECT count(*) AS n, sum(balance)::BIGINT AS total FROM "
      f"{self.site.storage.table('accounts')}"
    )
    with self.operation("fetch elsewhere"):
      (ticket,) = self.here.flight_info(Command.query(sql)).tickets
      found = table(self.there.messages(ticket)).to_pylist()
    wanted = [{"n": ACCOUNT_COUNT, "total": ACCOUNT_COUNT * INITIAL_BALANCE}]
    if found != wanted:
      self.complain(f"accounts and their sum, fetched elsewhere: {found}")
    self.disconnect()


READING = [
  Comparer, Auditor, WholeBatches, SlowReader, Sorter, Preparer, Browser, Keys,
]

# While servers that share their tables are killed.
READING_AT_SEVERAL = [Auditor, WholeBatches, Elsewhere]
