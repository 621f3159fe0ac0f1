"""Parameters as ADBC and JDBC bind them, and what no client should send."""

from __future__ import annotations

import datetime
import decimal

import grpc
import pyarrow as pa
import pytest

from support.flightsql import Command
from support.parameters import (
  bind, data_messages, parameter_schema, query, refused, rows_of, update,
)
from support.protobuf import message

StatusCode = grpc.StatusCode
SMALLEST = datetime.date(1, 1, 1)


# Clients


def test_adbc_binds_what_python_has(cursor):
  when = datetime.datetime(2020, 2, 29, 12, 30, 0, 500, tzinfo=datetime.timezone.utc)
  values = (
    1, -1.5, "naïve ☃", b"\0\xff", None, True, decimal.Decimal("12.50"), SMALLEST,
    datetime.time(1, 2, 3), when, when.replace(tzinfo=None), [1, 2], {"a": "x"},
  )
  cursor.execute(f"SELECT {', '.join('?' * len(values))}", values)
  assert cursor.fetchone() == values


def test_adbc_executes_many(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (a INTEGER, b VARCHAR)")
  rows = [(n, None if n % 3 == 0 else f"row {n}") for n in range(1000)]
  cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)
  assert cursor.rowcount == 1000
  cursor.execute(f"SELECT * FROM {name} ORDER BY a")
  assert cursor.fetchall() == rows
  cursor.execute(f"SELECT a FROM {name} WHERE b = ?", ("row 7",))
  assert cursor.fetchall() == [(7,)]


def test_adbc_reuses_a_prepared_statement(cursor, name):
  cursor.execute(f"CREATE TABLE {name} AS SELECT i FROM range(10) AS r(i)")
  sql = f"SELECT count(*) FROM {name} WHERE i >= ?"
  for limit in (0, 5, 9, 20):
    cursor.execute(sql, (limit,))
    assert cursor.fetchone() == (max(0, 10 - limit),)


def test_a_batch_of_jdbc_is_one_put_of_the_parameter_schemas_types(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER, t TIMESTAMP, d DECIMAL(9, 2), u UUID)")
  statement = raw.prepare(f"INSERT INTO {name} VALUES (?, ?, ?, ?)")
  schema = parameter_schema(statement)
  rows = [
    {"1": 1, "2": datetime.datetime(2020, 1, 1, 1, 2, 3), "3": decimal.Decimal("1.25"),
     "4": "f1234567-89ab-cdef-0123-456789abcdef"},
    {"1": None, "2": None, "3": None, "4": None},
  ]
  assert update(raw, statement.handle, pa.Table.from_pylist(rows, schema)) == 2
  found = raw.query(f"FROM {name}")
  assert [list(row.values()) for row in found.to_pylist()] == [list(r.values()) for r in rows]


# What no client should send


def test_the_limit_on_rows_is_named(raw, prepared):
  handle = prepared("SELECT ?")
  with refused(StatusCode.RESOURCE_EXHAUSTED, "100000.*bound row limit"):
    bind(raw, handle, rows_of(pa.nulls(100_001)))


def test_the_limit_on_bytes_is_named(raw, prepared):
  handle = prepared("SELECT ?")
  texts = [pa.record_batch([pa.array(["x" * 1_000_000])], ["s"]) for _ in range(17)]
  with refused(StatusCode.RESOURCE_EXHAUSTED, "16777216 bytes.*bound byte limit"):
    bind(raw, handle, pa.Table.from_batches(texts))


def test_a_list_of_rows_without_bytes_is_limited(raw, prepared):
  endless = pa.FixedSizeListArray.from_arrays(pa.nulls(50_000_000), 50_000_000)
  with refused(StatusCode.RESOURCE_EXHAUSTED, "parameter row limit"):
    query(raw, "SELECT ?", endless)


def test_messages_in_no_order_are_refused(raw, prepared):
  for command in (Command.prepared_query, Command.prepared_update):
    handle = prepared("SELECT ?")
    schema, batch = data_messages(command(handle), rows_of(1))
    cases = [
      (schema, schema),
      (message((1, b"\x08\x02\x12" + bytes([len(command(handle))]) + command(handle))), batch),
      (schema, message((2, b"garbage that is no flatbuffer"))),
      (schema, batch[:-8]),
    ]
    for contents in cases:
      with pytest.raises(grpc.RpcError) as caught:
        raw.put(*contents)
      assert caught.value.code() == StatusCode.INVALID_ARGUMENT, caught.value.details()
  assert raw.rows("SELECT 42") == [(42,)]
