"""What the workers of a run share: the servers' addresses, the tables, the ledger and the tally."""

from __future__ import annotations

import base64
import itertools
import threading

import adbc_driver_flightsql.dbapi as adbc
import pyarrow.flight as flight
from adbc_driver_flightsql import DatabaseOptions

from Soak.ledger import COLUMNS, SUMMARY, Ledger
from Soak.storage import Storage
from Soak.tally import Tally
from support.flightsql import Command, RawClient

# A call that takes longer is taken for one that hangs.
CALL_SECONDS = 60

ACCOUNT_COUNT = 50
INITIAL_BALANCE = 1000

# Money is only moved, and every move is on record.
IMBALANCE = """
SELECT id, balance FROM {accounts} AS a WHERE balance <> {initial}
  + coalesce((SELECT sum(amount) FROM {transfers} AS t WHERE t.receiver = a.id), 0)
  - coalesce((SELECT sum(amount) FROM {transfers} AS t WHERE t.sender = a.id), 0)
"""


class Site:
  def __init__(self, storage: Storage, *ports: int, login: tuple[str, str] | None = None):
    self.storage = storage
    self.ports = ports
    self.turns = itertools.cycle(ports)
    self.login = login
    self.ledger = Ledger()
    self.tally = Tally()
    self.stopping = threading.Event()
    # Whether the server is being restarted, so that calls may fail for it.
    self.is_restarting = False

  @property
  def port(self) -> int:
    """One of the servers', another one each time: as a balancer spreads connections."""
    return next(self.turns)

  @property
  def address(self) -> str:
    return f"127.0.0.1:{self.port}"

  @property
  def uri(self) -> str:
    return f"grpc://{self.address}"

  def raw(self, port: int | None = None) -> RawClient:
    client = RawClient(f"127.0.0.1:{port or self.port}", enable_retries=0)
    client.metadata = self.headers
    return client

  @property
  def headers(self) -> list[tuple[str, str]]:
    if not self.login:
      return []
    encoded = base64.b64encode(":".join(self.login).encode()).decode()
    return [("authorization", f"Basic {encoded}")]

  @property
  def flight_options(self) -> dict:
    headers = [(name.encode(), value.encode()) for name, value in self.headers]
    return {"timeout": CALL_SECONDS, "headers": headers}

  def flight(self) -> flight.FlightClient:
    return flight.connect(self.uri, generic_options=[("grpc.use_local_subchannel_pool", 1)])

  def adbc(self, autocommit: bool = True) -> adbc.Connection:
    options = {
      DatabaseOptions.TIMEOUT_FETCH.value: str(CALL_SECONDS),
      DatabaseOptions.TIMEOUT_QUERY.value: str(CALL_SECONDS),
      DatabaseOptions.TIMEOUT_UPDATE.value: str(CALL_SECONDS),
    }
    if self.login:
      options["username"], options["password"] = self.login
    connection = adbc.connect(self.uri, db_kwargs=options, autocommit=autocommit)
    # A driver that can't ask the server whether it has transactions goes on without any.
    if connection._autocommit != autocommit:
      connection.close()
      raise OSError("the server didn't say that it has transactions (Unavailable; GetSqlInfo)")
    return connection

  def create_tables(self) -> None:
    table = self.storage.table
    with self.raw() as raw:
      for sql in (
        f"CREATE TABLE {table('ledger')} ({COLUMNS})",
        f"CREATE TABLE {table('accounts')} (id INTEGER, balance BIGINT)",
        f"INSERT INTO {table('accounts')} SELECT i, {INITIAL_BALANCE} "
        f"FROM range({ACCOUNT_COUNT}) AS numbers(i)",
        f"CREATE TABLE {table('transfers')} "
        "(number BIGINT, sender INTEGER, receiver INTEGER, amount BIGINT)",
      ):
        raw.update(Command.update(sql))

  def compare(self) -> list[str]:
    """What of the committed data isn't as it should be, while no worker is at work.

    Every server must see the same.
    """
    return [text for port in self.ports for text in self.compare_at(port)]

  def compare_at(self, port: int) -> list[str]:
    table = self.storage.table
    with self.raw(port) as raw:
      wrong = self.ledger.compare(raw.rows(SUMMARY.format(table=table("ledger"))))
      unbalanced = raw.rows(IMBALANCE.format(
        accounts=table("accounts"), transfers=table("transfers"), initial=INITIAL_BALANCE
      ))
      wrong += [f"account {id} has a wrong balance of {balance}" for id, balance in unbalanced]
      total = raw.rows(f"SELECT count(*), sum(balance)::BIGINT FROM {table('accounts')}")
    if total != [(ACCOUNT_COUNT, ACCOUNT_COUNT * INITIAL_BALANCE)]:
      wrong.append(f"number of accounts and their sum: {total}")
    return wrong

  def empty_tables(self) -> list[str]:
    """Begins a new book after a comparison, so that the tables don't grow for hours."""
    table = self.storage.table
    with self.raw() as raw:
      raw.rows("BEGIN")
      for name in ("ledger", "transfers"):
        raw.update(Command.update(f"DELETE FROM {table(name)}"))
      raw.update(Command.update(f"UPDATE {table('accounts')} SET balance = {INITIAL_BALANCE}"))
      raw.rows("COMMIT")
      self.ledger.forget()
      raw.rows(self.storage.checkpoint)
      left = raw.rows(f"SELECT count(*) FROM {table('ledger')}")
    return [] if left == [(0,)] else [f"{left} rows are left in an emptied table"]
