"""What a server has used and needs no more goes back to the system."""

from __future__ import annotations

import concurrent.futures

import adbc_driver_flightsql.dbapi as adbc

from support.server import eventually

CLIENT_COUNT = 6
LARGE = "SELECT i, hash(i) AS h, 'row ' || i AS t FROM range(1500000) AS r(i)"

# A server looks every five seconds whether it rests.
REST_SECONDS = 25
KEPT_MIB = 40


def read(address: str) -> None:
  with adbc.connect(f"grpc://{address}") as connection, connection.cursor() as cursor:
    for _ in range(4):
      cursor.execute(LARGE)
      cursor.fetch_arrow_table()


def test_a_server_at_rest_gives_memory_back(start):
  own = start()
  before = own.resident_mib()
  with concurrent.futures.ThreadPoolExecutor(CLIENT_COUNT) as clients:
    list(clients.map(read, [own.address] * CLIENT_COUNT))
  assert own.resident_mib() > before + 2 * KEPT_MIB, "there is something to give back"
  assert eventually(lambda: own.resident_mib() < before + KEPT_MIB, REST_SECONDS)
