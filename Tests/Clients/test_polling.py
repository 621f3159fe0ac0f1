"""PollFlightInfo and RenewFlightEndpoint."""

from __future__ import annotations

import time
from dataclasses import dataclass

import grpc
import pytest

from support import protobuf
from support.flightsql import Command, FlightInfo, RawClient, any_message, descriptor, table
from support.protobuf import message

LONG = "SELECT count(*) AS n, sum(hash(i) % 7) AS s FROM range(400000000) AS r(i)"
ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) AS r(i)"


@dataclass
class Poll:
  content: bytes

  @property
  def info(self) -> FlightInfo:
    return FlightInfo(protobuf.first(self.content, 1))

  @property
  def descriptor(self) -> bytes | None:
    """What to ask with next; nothing once it is done."""
    return protobuf.first(self.content, 2, None)

  @property
  def progress(self) -> float | None:
    found = protobuf.first(self.content, 3, None)
    return None if found is None else protobuf.as_double(found)

  @property
  def expires(self) -> int:
    return protobuf.first(protobuf.first(self.content, 4), 1, 0)


def poll(client: RawClient, asked: bytes) -> Poll:
  return Poll(client.call("PollFlightInfo", asked))


def finish(client: RawClient, asked: bytes) -> tuple[Poll, list[Poll]]:
  """Polls to the end; the last answer and those before it."""
  answers = [poll(client, asked)]
  while (following := answers[-1].descriptor) is not None:
    assert len(answers) < 200
    answers.append(poll(client, following))
  return answers[-1], answers[:-1]


def rows(client: RawClient, info: FlightInfo) -> list[tuple]:
  found = table(client.messages(info.tickets[0]))
  return list(zip(*(column.to_pylist() for column in found.columns)))


def test_a_quick_statement_is_done_at_once(raw):
  answer = poll(raw, descriptor(Command.query("SELECT 42 AS a")))
  assert answer.descriptor is None
  assert answer.progress == 1
  assert answer.info.schema.names == ["a"]
  assert rows(raw, answer.info) == [(42,)]


def test_a_long_statement(raw):
  begun = time.monotonic()
  last, earlier = finish(raw, descriptor(Command.query(LONG)))
  assert earlier, "its first answer does not wait for the end"
  assert all(answer.content and answer.info.content for answer in earlier), "each has an info"
  progress = [answer.progress for answer in earlier if answer.progress is not None]
  assert all(0 <= value <= 1 for value in progress)
  assert progress == sorted(progress)
  assert last.progress == 1
  ((count, _),) = rows(raw, last.info)
  assert count == 400_000_000
  assert time.monotonic() - begun < 60


def test_old_descriptors_are_still_known(raw):
  first = poll(raw, descriptor(Command.query(LONG)))
  assert first.descriptor
  last, _ = finish(raw, first.descriptor)
  again = poll(raw, first.descriptor)
  assert again.descriptor is None
  assert again.info.tickets == last.info.tickets


def test_a_finished_result_is_kept_until_it_expires(raw):
  """Its endpoint says when: until then it can be fetched again."""
  answer = poll(raw, descriptor(Command.query("SELECT range AS a FROM range(100000)")))
  endpoint = protobuf.first(answer.info.content, 3)
  expiry = protobuf.first(protobuf.first(endpoint, 3), 1, 0)
  assert expiry > time.time()
  for _ in range(2):
    assert len(rows(raw, answer.info)) == 100_000
  (renewed,) = raw.action("RenewFlightEndpoint", message((1, endpoint)))
  assert protobuf.first(protobuf.first(renewed, 3), 1, 0) >= expiry
  assert protobuf.first(renewed, 1) == protobuf.first(endpoint, 1)


def test_a_ticket_of_one_fetch_does_not_expire_later_by_being_renewed(raw):
  info = raw.flight_info(Command.query("SELECT 42 AS a"))
  endpoint = protobuf.first(info.content, 3)
  (renewed,) = raw.action("RenewFlightEndpoint", message((1, endpoint)))
  assert protobuf.first(renewed, 3, None) is None
  assert rows(raw, info) == [(42,)]


def test_renewing_what_is_unknown(raw):
  unknown = any_message("TicketStatementQuery", message((1, bytes(16))))
  with pytest.raises(grpc.RpcError) as caught:
    raw.action("RenewFlightEndpoint", message((1, message((1, message((1, unknown)))))))
  assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_renewing_what_was_cancelled(raw):
  """There is nothing to fetch any more."""
  answer = poll(raw, descriptor(Command.query("SELECT range AS a FROM range(100000)")))
  endpoint = protobuf.first(answer.info.content, 3)
  raw.action("CancelFlightInfo", message((1, answer.info.content)))
  for call in (
    lambda: raw.action("RenewFlightEndpoint", message((1, endpoint))),
    lambda: raw.messages(answer.info.tickets[0]),
  ):
    with pytest.raises(grpc.RpcError) as caught:
      call()
    assert caught.value.code() == grpc.StatusCode.CANCELLED


def test_statements_that_fail(raw):
  for sql, code in (
    ("SELEC", grpc.StatusCode.INVALID_ARGUMENT),
    ("SELECT error('too bad')", grpc.StatusCode.INVALID_ARGUMENT),
  ):
    with pytest.raises(grpc.RpcError) as caught:
      finish(raw, descriptor(Command.query(sql)))
    assert caught.value.code() == code


def test_a_write_runs_once(raw, name):
  raw.query(f"CREATE TABLE {name} (i INTEGER)")
  last, _ = finish(raw, descriptor(Command.query(f"INSERT INTO {name} VALUES (1) RETURNING i")))
  assert rows(raw, last.info) == [(1,)]
  assert raw.rows(f"FROM {name}") == [(1,)]


def test_prepared_statements_and_metadata(raw):
  handle = raw.prepare("SELECT 42 AS a").handle
  last, _ = finish(raw, descriptor(Command.prepared_query(handle)))
  assert rows(raw, last.info) == [(42,)]
  answer = poll(raw, descriptor(any_message("CommandGetTableTypes")))
  assert answer.descriptor is None
  assert raw.messages(answer.info.tickets[0])


def test_cancelling_what_is_polled(raw):
  answer = poll(raw, descriptor(Command.query(ENDLESS)))
  assert answer.descriptor
  raw.action("CancelFlightInfo", message((1, answer.info.content)))
  with pytest.raises(grpc.RpcError) as caught:
    finish(raw, answer.descriptor)
  assert caught.value.code() in (grpc.StatusCode.CANCELLED, grpc.StatusCode.NOT_FOUND)
  assert raw.rows("SELECT 42") == [(42,)]


def test_statements_at_once(raw):
  """Many are polled side by side, on one session."""
  asked = [descriptor(Command.query(f"SELECT {n} AS a")) for n in range(20)]
  found = [rows(raw, finish(raw, one)[0].info) for one in asked]
  assert found == [[(n,)] for n in range(20)]
