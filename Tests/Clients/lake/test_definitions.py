"""Tables that come and go while transactions have made others."""

from __future__ import annotations

import concurrent.futures
import time

from support.flightsql import Command, RawClient
from support.server import Server

SECONDS = 6


def come_and_go(server: Server, name: str, until: float) -> int:
  count = 0
  with RawClient(server.address) as client:
    while time.monotonic() < until:
      count += 1
      client.update(Command.update(f"CREATE TABLE {name}_{count} (a INTEGER)"))
      assert client.rows(f"SELECT count(*) FROM {name}_{count}") == [(0,)]
      client.update(Command.update(f"DROP TABLE {name}_{count}"))
  return count


def make_and_fill(server: Server, name: str, until: float) -> int:
  count = 0
  with RawClient(server.address) as client:
    while time.monotonic() < until:
      count += 1
      transaction = client.begin()
      create = f"CREATE TABLE {name}_{count} (a INTEGER DEFAULT 7)"
      client.update(Command.update(create, transaction))
      time.sleep(0.1 * (count % 5))
      client.update(Command.update(f"INSERT INTO {name}_{count} VALUES (1)", transaction))
      client.commit(transaction)
      assert client.rows(f"FROM {name}_{count}") == [(1,)]
  return count


def test_transactions_keep_the_definitions_that_they_refer_to(start, tmp_path):
  # What is freed is overwritten, so that whoever reads it is found out.
  server = start("--ducklake-data-path", f"{tmp_path}/data/", environment={"MALLOC_PERTURB_": "165"})
  until = time.monotonic() + SECONDS
  with concurrent.futures.ThreadPoolExecutor(5) as pool:
    clients = [pool.submit(come_and_go, server, f"gone{k}", until) for k in range(2)]
    clients += [pool.submit(make_and_fill, server, f"kept{k}", until) for k in range(3)]
    assert all(client.result(60) > 1 for client in clients)
