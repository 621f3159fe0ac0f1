"""Clients that leave, give up, lie and talk nonsense."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading

import grpc

from Soak.ledger import Batch
from Soak.relay import Relay
from Soak.tally import CERTAIN, code
from Soak.workers.worker import Worker
from Soak.workers.writing import RawWriter, Sender
from support.flightsql import Command, any_message, descriptor
from support.protobuf import message
from support.server import ROOT

ENDLESS = "SELECT count(*) FROM range(1000000000000) AS r(i)"
ENDLESS_ROWS = "SELECT i, hash(i) AS h FROM range(1000000000000) AS r(i)"
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Canceller(RawWriter):
  """Gives up at a random moment: by a reset, by a deadline, by CancelFlightInfo."""

  expected = frozenset({"CANCELLED", "DEADLINE_EXCEEDED", "NOT_FOUND"})

  def turn(self) -> None:
    raw = self.connect()
    sql = self.random.choice([ENDLESS, ENDLESS_ROWS])
    how = self.random.choice([self.reset, self.deadline, self.by_action])
    with self.operation(f"cancel by {how.__name__.replace('_', ' ')}"):
      how(raw, raw.flight_info(Command.query(sql)))
    with self.operation("query after cancelling"):
      if (found := raw.rows("SELECT 42")) != [(42,)]:
        self.complain(f"42 is {found}")

  def reset(self, raw, info) -> None:
    stream = raw.stream(info.tickets[0])
    timer = threading.Timer(self.random.uniform(0, 0.5), stream.cancel)
    timer.start()
    try:
      self.read(stream)
    finally:
      timer.join()

  def deadline(self, raw, info) -> None:
    self.read(raw.stream(info.tickets[0], timeout=self.random.uniform(0.01, 0.5)))

  def by_action(self, raw, info) -> None:
    stream = raw.stream(info.tickets[0])
    request = message((1, info.content))
    timer = threading.Timer(
      self.random.uniform(0, 0.5), lambda: quietly(raw.action, "CancelFlightInfo", request)
    )
    timer.start()
    try:
      self.read(stream)
    finally:
      timer.join()
      stream.cancel()

  def read(self, stream) -> None:
    for _ in stream:
      if self.site.stopping.is_set():
        stream.cancel()


class HalfSender(Sender):
  """Begins ingestions and never ends them: nothing of them may stay."""

  expected = frozenset({"CANCELLED", "DEADLINE_EXCEEDED", "INVALID_ARGUMENT"})

  def turn(self) -> None:
    batch = self.batch()
    batch.refuse()
    ended = threading.Event()
    with self.operation("half an ingestion"):
      answers = self.connect().methods["DoPut"](
        self.half(batch, ended), metadata=self.site.headers, timeout=30
      )
      timer = threading.Timer(self.random.uniform(0.01, 0.3), answers.cancel)
      timer.start()
      try:
        list(answers)
      finally:
        ended.set()
        timer.join()

  def half(self, batch: Batch, ended: threading.Event):
    messages = self.messages(batch)
    count = self.random.randint(1, len(messages))
    yield from messages[:count]
    if self.random.random() < 0.3:
      yield self.random.randbytes(100)
    # A client whose messages end by themselves has sent all it wants to.
    ended.wait()


class LosingWriter(RawWriter):
  """Writes through a network that fails."""

  expected = frozenset({"ABORTED", "UNAVAILABLE", "CANCELLED", "INTERNAL", "UNKNOWN",
                        "DEADLINE_EXCEEDED", "NOT_FOUND"})
  relay: Relay | None = None

  def run(self) -> None:
    with Relay(self.site.port, self.random.getrandbits(32)) as self.relay:
      super().run()

  def connect(self):
    self.raw = self.raw or self.site.raw(self.relay.port)
    return self.raw

  def turn(self) -> None:
    batch = self.batch()
    way = self.random.choice(["statement", "transaction", "read"])
    with self.operation(f"{way} over a failing network"):
      raw = self.connect()
      if way == "read":
        batch.refuse()
        for _ in raw.stream(raw.flight_info(Command.query(ENDLESS_ROWS)).tickets[0], timeout=1):
          if self.site.stopping.is_set():
            break
      elif way == "statement":
        raw.update(Command.update(batch.insertion(self.ledger_table)))
        batch.acknowledge()
      else:
        transaction = raw.begin()
        raw.update(Command.update(batch.insertion(self.ledger_table), transaction))
        raw.commit(transaction)
        batch.acknowledge()
    if self.random.random() < 0.2:
      self.disconnect()


class Blunderer(RawWriter):
  """Sends wrong SQL and wrong messages, and gets an answer that says whose fault it is."""

  expected = frozenset({
    "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "UNIMPLEMENTED", "FAILED_PRECONDITION",
    "PERMISSION_DENIED",
  })
  TEXTS = [
    "SELEC 1", "SELECT nosuch", "SELECT * FROM nosuch", "SELECT 'a'::INTEGER",
    "SELECT 1; SELECT error('boom')", "COMMIT", "", "-- nothing", "SELECT 1 +", "SELECT '",
    "SELECT i / (i - 5), error('late') FROM range(100000) AS r(i) WHERE i > 90000",
    "CREATE TABLE accounts_copy (a INTEGER, a INTEGER)", "INSERT INTO nosuch VALUES (1)",
    "PREPARE p AS SELECT $1; EXECUTE p", "SELECT [1, 2][" + "(" * 200, "SELECT " + "1+" * 50 + "x",
  ]
  COMMANDS = ["CommandStatementQuery", "CommandGetTables", "TicketStatementQuery", "Nonsense"]

  def turn(self) -> None:
    try:
      self.blunder(self.connect())
    except grpc.RpcError as error:
      if code(error) not in CERTAIN:
        raise
    if self.random.random() < 0.1:
      self.disconnect()

  def blunder(self, raw) -> None:
    if self.random.random() < 0.6:
      with self.operation("wrong SQL"):
        raw.rows(self.random.choice(self.TEXTS))
      return
    content = any_message(
      self.random.choice(self.COMMANDS), self.random.randbytes(self.random.randrange(40))
    )
    with self.operation("wrong message"):
      match self.random.randrange(3):
        case 0:
          raw.flight_info(content)
        case 1:
          raw.messages(content)
        case 2:
          raw.put(message((1, descriptor(content)), (2, self.random.randbytes(20))))


class Stranger(Worker):
  """Sends bytes that are no HTTP/2, or only its beginning, and leaves or stays for a while."""

  def turn(self) -> None:
    with contextlib.suppress(OSError), socket.create_connection(
      ("127.0.0.1", self.site.port), timeout=2
    ) as connection:
      connection.sendall(self.random.choice([
        b"", b"GET / HTTP/1.1\r\n\r\n", HTTP2_PREFACE, HTTP2_PREFACE[:10],
        HTTP2_PREFACE + self.random.randbytes(200), self.random.randbytes(500),
        HTTP2_PREFACE + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]) + self.random.randbytes(50),
      ]))
      connection.settimeout(self.random.uniform(0.01, 1))
      connection.recv(1000)
    self.site.tally.count("nonsense")
    self.site.stopping.wait(0.05)


class BadLogin(Worker):
  """Tries passwords. Where nobody has to log in, anybody is let in."""

  # Arrow's client says so when the connection ends in the middle of a handshake.
  expected_while_restarting = Worker.expected_while_restarting | {"INTERNAL"}

  def turn(self) -> None:
    expected = ("UNAUTHENTICATED", "RESOURCE_EXHAUSTED") if self.site.login else ()
    with self.operation("bad login", *expected), self.site.flight() as client:
      client.authenticate_basic_token("nosuch", f"{self.random.getrandbits(64):x}")
      if self.site.login:
        self.complain("a wrong password was accepted")
    self.site.stopping.wait(0.1)


class Vanisher(Worker):
  """Kills a client's process in the middle of its work."""

  PROGRAM = ROOT / "Tests" / "Soak" / "vanishing_client.py"
  # Enough for anything but a hanging server, on a machine that is busy.
  READY_SECONDS = 60

  def turn(self) -> None:
    batch = self.site.ledger.begin(self.number, 20)
    batch.refuse()
    sql = batch.insertion(self.site.storage.table("ledger"))
    command = [sys.executable, str(self.PROGRAM), self.site.uri, sql, *(self.site.login or ())]
    with subprocess.Popen(
      command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
      timer = threading.Timer(self.READY_SECONDS, process.kill)
      timer.start()
      ready = process.stdout.readline()
      timer.cancel()
      if ready:
        self.site.stopping.wait(self.random.uniform(0, 0.3))
      elif not self.site.is_restarting:
        self.complain("a client in a process of its own didn't get to work")
      process.kill()
    self.site.tally.count("client killed")
    self.site.stopping.wait(2)


def quietly(call, *arguments) -> None:
  with contextlib.suppress(grpc.RpcError, ValueError):
    call(*arguments)


DISTURBING = [
  Canceller, HalfSender, LosingWriter, Blunderer, Stranger, BadLogin, Vanisher,
]
