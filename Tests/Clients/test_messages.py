"""How results are cut into messages: every client can take them, and few are needed."""

from __future__ import annotations

import grpc
import pytest

from support.flightsql import Command, RawClient, table

DEFAULT_LIMIT = 4 << 20


def test_a_large_result_fits_a_plain_grpc_client(raw):
  """200 MB through a client whose limit is gRPC's own, 4 MiB a message, in few messages."""
  sql = "SELECT i, repeat('x', 32) AS s FROM range(5000000) AS r(i)"
  (content,) = raw.flight_info(Command.query(sql)).tickets
  sizes = [len(message) for message in raw.stream(content)]
  assert sum(sizes) > 200_000_000
  assert max(sizes) < DEFAULT_LIMIT
  assert len(sizes) < 1 + 2 * sum(sizes) / (1 << 20), "about a megabyte or two in each"


@pytest.mark.parametrize(
  "sql",
  [
    "SELECT repeat('x', 1 + (i * 7919 % 100000)::INTEGER) AS s FROM range(2000) AS r(i)",
    "SELECT range(i * 100) AS l FROM range(300) AS r(i)",
    "SELECT MAP {i: repeat('y', 5000)} AS m, {'a': [i], 'b': i::VARCHAR} AS s "
    "FROM range(5000) AS r(i)",
    "SELECT " + ", ".join(f"i + {n} AS c{n}" for n in range(1000)) + " FROM range(5000) AS r(i)",
  ],
  ids=["texts", "lists", "nested", "a thousand columns"],
)
def test_rows_of_any_shape_fit_a_plain_grpc_client(raw, oracle, sql: str):
  (content,) = raw.flight_info(Command.query(sql)).tickets
  messages = raw.messages(content)
  assert max(message.byte_count for message in messages) < DEFAULT_LIMIT
  found = table(messages)
  expected = oracle.execute(sql).to_arrow_table()
  assert found.num_rows == expected.num_rows
  assert found.slice(found.num_rows - 50).to_pylist() == (
    expected.slice(expected.num_rows - 50).to_pylist()
  )


@pytest.mark.parametrize("megabytes", [3, 6, 20, 60])
def test_a_last_message_larger_than_the_clients_window_arrives(server, megabytes: int):
  """What ends the stream must not overtake what flow control still holds back."""
  sql = f"SELECT repeat('x', {megabytes * 1_000_000}) AS s"
  with RawClient(server.address, max_receive_message_length=-1) as patient:
    for _ in range(8):
      (content,) = patient.flight_info(Command.query(sql)).tickets
      assert [len(message.body) // 1_000_000 for message in patient.messages(content)] == [
        0, megabytes
      ]


def test_one_row_beyond_a_clients_limit(server, raw):
  """The client says so itself; one that takes more gets the row, and both go on."""
  sql = "SELECT repeat('x', 20000000) AS s"
  with pytest.raises(grpc.RpcError) as caught:
    raw.query(sql)
  assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
  assert raw.rows("SELECT 42") == [(42,)]
  with RawClient(server.address, max_receive_message_length=-1) as patient:
    ((found,),) = patient.rows(sql)
    assert found == "x" * 20_000_000


@pytest.mark.parametrize("row_count", [0, 1, 2047, 2048, 2049, 4096, 122_880, 122_881])
def test_results_of_every_length_are_whole(raw, row_count: int):
  found = raw.query(f"SELECT i, nullif(i % 3, 0) AS n FROM range({row_count}) AS r(i)")
  assert found.column("i").to_pylist() == list(range(row_count))
  assert found.column("n").null_count == (row_count + 2) // 3


def test_small_chunks_travel_together(raw):
  """A filter that leaves a row of each thousand does not make a message of each chunk."""
  sql = "SELECT i FROM range(20000000) AS r(i) WHERE i % 1000 = 7"
  (content,) = raw.flight_info(Command.query(sql)).tickets
  messages = raw.messages(content)
  assert table(messages).num_rows == 20_000
  assert len(messages) < 20
