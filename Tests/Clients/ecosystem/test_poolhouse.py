"""A pool of ADBC connections (adbc-poolhouse, on SQLAlchemy's QueuePool)."""

from __future__ import annotations

import pytest
from adbc_poolhouse import FlightSQLConfig, close_pool, create_pool


@pytest.fixture
def pool(server):
  opened = create_pool(FlightSQLConfig(uri=server.uri, pool_size=2, max_overflow=0))
  yield opened
  close_pool(opened)


def test_connections_are_used_again(pool):
  for number in range(10):
    with pool.connect() as connection, connection.cursor() as cursor:
      cursor.execute(f"SELECT {number}")
      assert cursor.fetchone() == (number,)
  assert pool.checkedin() == 1


def test_what_was_not_committed_is_rolled_back_on_return(pool, name):
  with pool.connect() as connection, connection.cursor() as cursor:
    cursor.execute(f"CREATE TABLE {name} (i INTEGER)")
    connection.commit()
    cursor.execute(f"INSERT INTO {name} VALUES (1)")
  with pool.connect() as connection, connection.cursor() as cursor:
    cursor.execute(f"SELECT count(*) FROM {name}")
    assert cursor.fetchone() == (0,)


def test_two_at_once_are_two_sessions(pool):
  with pool.connect() as first, pool.connect() as second:
    with first.cursor() as mine, second.cursor() as other:
      mine.execute("SET VARIABLE v = 1")
      other.execute("SELECT getvariable('v')")
      assert other.fetchone() == (None,)
