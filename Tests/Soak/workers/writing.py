"""Clients that write, and note in the ledger what they were told."""

from __future__ import annotations

from Soak.ledger import Batch
from Soak.site import ACCOUNT_COUNT
from Soak.workers.worker import Worker, close_quietly
from support import protobuf
from support.flightsql import Command
from support.ingestion import APPEND, FAIL_IF_MISSING, flight_messages, ipc_messages

# Of a lake, small batches go into its catalog and large ones into files.
BATCH_ROWS = (1, 60)
# More than a server takes in before it begins to insert: then several threads write a lake's files.
LARGE_BATCH_ROWS = 120_000
LARGE_SHARE = 0.03


class Writer(Worker):
  # Another transaction was first: the client's to repeat.
  expected = frozenset({"ABORTED"})

  @property
  def ledger_table(self) -> str:
    return self.site.storage.table("ledger")

  def batch(self) -> Batch:
    return self.site.ledger.begin(self.number, self.random.randint(*BATCH_ROWS))


class RawWriter(Writer):
  """Writes through plain gRPC."""

  raw = None

  def disconnect(self) -> None:
    close_quietly(self.raw)
    self.raw = None

  def connect(self):
    self.raw = self.raw or self.site.raw()
    return self.raw


class Inserter(RawWriter):
  """A statement is a transaction."""

  def turn(self) -> None:
    batch = self.batch()
    with self.operation("insert", batch=batch):
      count = self.connect().update(Command.update(batch.insertion(self.ledger_table)))
      if count != batch.row_count:
        self.complain(f"{batch}: inserted {count} rows of {batch.row_count}")


class Sender(RawWriter):
  """Has rows to send as Arrow batches, sometimes many."""

  def batch(self) -> Batch:
    if self.random.random() < LARGE_SHARE:
      return self.site.ledger.begin(self.number, LARGE_BATCH_ROWS)
    return super().batch()

  def messages(self, batch: Batch) -> list[bytes]:
    table = batch.table()
    batches = table.to_batches(max_chunksize=max(5, batch.row_count // 50))
    command = Command.ingest(
      "ledger", if_not_exist=FAIL_IF_MISSING, if_exists=APPEND, schema="main",
      catalog=self.site.storage.catalog,
    )
    return list(flight_messages(command, ipc_messages(table.schema, batches)))


class Ingester(Sender):
  """Sends its rows as several Arrow batches: all of them arrive, or none."""

  def turn(self) -> None:
    batch = self.batch()
    messages = self.messages(batch)
    with self.operation("ingest", batch=batch):
      (answer,) = self.connect().put(*messages)
      if (count := protobuf.first(answer, 1, 0)) != batch.row_count:
        self.complain(f"{batch}: ingested {count} rows of {batch.row_count}")


class Transferrer(RawWriter):
  """Moves money between accounts, in transactions by handle and by SQL."""

  def turn(self) -> None:
    raw = self.connect()
    by_handle = self.random.random() < 0.5
    commits = self.random.random() < 0.8
    statements = self.statements()
    with self.operation("transfer" if commits else "transfer rolled back"):
      transaction = raw.begin() if by_handle else None
      if not by_handle:
        raw.rows("BEGIN")
      for sql in statements:
        raw.update(Command.update(sql, transaction))
      if not by_handle:
        raw.rows("COMMIT" if commits else "ROLLBACK")
      elif commits:
        raw.commit(transaction)
      else:
        raw.roll_back(transaction)

  def statements(self) -> list[str]:
    sender, receiver = self.random.sample(range(ACCOUNT_COUNT), 2)
    amount = self.random.randint(1, 100)
    table = self.site.storage.table
    return [
      f"UPDATE {table('accounts')} SET balance = balance - {amount} WHERE id = {sender}",
      f"UPDATE {table('accounts')} SET balance = balance + {amount} WHERE id = {receiver}",
      f"INSERT INTO {table('transfers')} "
      f"VALUES ({self.random.getrandbits(60)}, {sender}, {receiver}, {amount})",
    ]


class BoundInserter(Writer):
  """ADBC, each statement a transaction, the rows as bound values."""

  connection = None

  def disconnect(self) -> None:
    close_quietly(self.connection)
    self.connection = None

  def turn(self) -> None:
    batch = self.batch()
    with self.operation("ADBC insert", batch=batch):
      self.connection = self.connection or self.site.adbc()
      with self.connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {self.ledger_table} VALUES (?, ?, ?, ?)", batch.rows())


class Committer(BoundInserter):
  """ADBC, a transaction of several statements, committed or rolled back."""

  def turn(self) -> None:
    batch = self.batch()
    commits = self.random.random() < 0.7
    with self.operation("ADBC transaction"):
      self.connection = self.connection or self.site.adbc(autocommit=False)
      with self.connection.cursor() as cursor:
        rows = batch.rows()
        half = len(rows) // 2
        if half:
          cursor.adbc_ingest(
            "ledger", batch.table().slice(0, half), mode="append",
            catalog_name=self.site.storage.catalog, db_schema_name="main",
          )
        cursor.executemany(f"INSERT INTO {self.ledger_table} VALUES (?, ?, ?, ?)", rows[half:])
        cursor.execute(
          f"SELECT count(*) FROM {self.ledger_table} "
          f"WHERE writer = {batch.writer} AND batch = {batch.number}"
        )
        if (found := cursor.fetchall()) != [(batch.row_count,)]:
          self.complain(f"{batch}: its own transaction sees {found}")
    if not commits:
      batch.refuse()
      with self.operation("ADBC rollback"):
        self.connection.rollback()
      return
    with self.operation("ADBC commit", batch=batch):
      self.connection.commit()


class Checkpointer(RawWriter):
  """Has the write-ahead log put into the database file while others write."""

  # Refused while transactions write.
  expected = frozenset({"FAILED_PRECONDITION", "ABORTED"})

  def turn(self) -> None:
    with self.operation("checkpoint"):
      self.connect().rows(self.site.storage.checkpoint)
    self.site.stopping.wait(self.random.uniform(0, 0.5))


class Deleter(RawWriter):
  """Deletes its rows in the transaction that inserted them."""

  def turn(self) -> None:
    batch = self.batch()
    batch.refuse()
    table, number = self.ledger_table, batch.number
    whose = f"WHERE writer = {self.number} AND batch = {number}"
    with self.operation("delete"):
      raw = self.connect()
      transaction = raw.begin()
      raw.update(Command.update(batch.insertion(table), transaction))
      deleted = raw.update(Command.update(f"DELETE FROM {table} {whose}", transaction))
      if deleted != batch.row_count:
        self.complain(f"{batch}: deleted {deleted} rows of {batch.row_count}")
      raw.commit(transaction)


WRITING = [Inserter, Ingester, Transferrer, BoundInserter, Committer, Checkpointer, Deleter]
