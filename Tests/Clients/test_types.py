"""Every type arrives exactly: whole tables compared with DuckDB's own export in this process."""

from __future__ import annotations

import pyarrow as pa
import pytest

from support.columns import COLUMNS, Column, select
from support.flightsql import Command, RawClient, open_query, read_table
from support.tables import assert_equal

MIB = 1 << 20


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_type_arrives_as_duckdb_exports_it(client, oracle, column: Column):
  found = read_table(client, select([column], 2049))
  expected = oracle.execute(select([column], 2049, expected=True)).to_arrow_table()
  assert_equal(found, expected)


@pytest.mark.parametrize("row_count", [0, 1, 7, 8, 2047, 2048, 2049, 100_000])
def test_all_types_side_by_side(client, oracle, row_count: int):
  found = read_table(client, select(COLUMNS, row_count))
  expected = oracle.execute(select(COLUMNS, row_count, expected=True)).to_arrow_table()
  assert_equal(found, expected)


def test_all_types_through_adbc(cursor, oracle):
  cursor.execute(select(COLUMNS, 5000))
  expected = oracle.execute(select(COLUMNS, 5000, expected=True)).to_arrow_table()
  assert_equal(cursor.fetch_arrow_table(), expected)


def test_all_types_out_of_a_table(cursor, client, oracle, name):
  cursor.execute(f"CREATE TABLE {name} AS {select(COLUMNS, 3000)}")
  found = read_table(client, f"SELECT * FROM {name} WHERE rowid % 7 = 2")
  rows = select(COLUMNS, 3000, expected=True) + " WHERE i % 7 = 2"
  assert_equal(found, oracle.execute(rows).to_arrow_table())


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_nothing_but_nulls(client, oracle, column: Column):
  filtered = " WHERE i % 5 = 3"
  found = read_table(client, select([column], 500) + filtered)
  expected = oracle.execute(select([column], 500, expected=True) + filtered).to_arrow_table()
  assert_equal(found, expected)


def test_an_untyped_null_is_the_integer_that_duckdb_makes_of_it(client, oracle):
  sql = "SELECT NULL AS n, [NULL] AS l, {'a': NULL} AS s FROM range(3000)"
  assert_equal(read_table(client, sql), oracle.execute(sql).to_arrow_table())


def test_geometry_arrives_as_its_binary(client, oracle):
  sql = "SELECT 'POINT(1 2)'::GEOMETRY AS g FROM range(3)"
  found = read_table(client, sql)
  assert found.schema.field("g").type == pa.binary()
  assert found.column(0).to_pylist() == oracle.execute(sql).to_arrow_table().column(0).to_pylist()


def test_a_variant_is_exact_or_refused(client):
  try:
    found = read_table(client, "SELECT {'a': 1}::VARIANT AS v")
  except pa.ArrowException as error:
    assert "VARIANT" in str(error) and "cast" in str(error).lower()
  else:
    assert found.column(0).to_pylist() == ['{"a":1}']


@pytest.mark.parametrize("type_name", ["HUGEINT", "UHUGEINT"])
def test_a_huge_integer_that_no_decimal_holds_is_refused(client, type_name: str):
  largest = 10**38 - 1
  fits = read_table(client, f"SELECT {largest}::{type_name} AS h")
  assert int(fits.column(0)[0].as_py()) == largest
  with pytest.raises(pa.ArrowInvalid) as refused:
    read_table(client, f"SELECT {largest + 1}::{type_name} AS h")
  assert str(largest + 1) in str(refused.value)
  assert "cast" in str(refused.value).lower()


@pytest.mark.parametrize(
  "value, parts",
  [
    ("1000000 years", (12_000_000, 0, 0)),
    ("-300000000 days", (0, -300_000_000, 0)),
    ("2500000 hours", (0, 0, 9_000_000_000_000_000_000)),
  ],
)
def test_a_long_interval(client, value: str, parts: tuple):
  found = read_table(client, f"SELECT INTERVAL '{value}' AS i")
  assert tuple(found.column(0)[0].as_py()) == parts


def test_an_interval_of_more_nanoseconds_than_arrow_counts_is_refused(client):
  with pytest.raises(pa.ArrowInvalid, match="(?i)interval"):
    read_table(client, "SELECT INTERVAL '9000000 hours' AS i")


@pytest.mark.parametrize("column_count", [1000, 3000])
def test_wide_results(client, oracle, column_count: int):
  parts = ["i + {n}", "'row ' || i + {n}", "CASE WHEN (i + {n}) % 3 = 0 THEN NULL ELSE i / 2 END"]
  columns = ", ".join(f"{parts[n % 3].format(n=n)} AS c{n}" for n in range(column_count))
  sql = f"SELECT {columns} FROM range(3000) AS rows(i)"
  assert_equal(read_table(client, sql), oracle.execute(sql).to_arrow_table())


def test_duplicate_and_odd_column_names(client):
  found = read_table(client, 'SELECT 1 AS a, 2 AS a, 3 AS " ", 4 AS "a b""c", 5 AS "naïve ☃"')
  assert found.schema.names == ["a", "a", " ", 'a b"c', "naïve ☃"]
  assert [column.to_pylist() for column in found.columns] == [[1], [2], [3], [4], [5]]


def test_a_few_rows_from_many_chunks_travel_together(client, oracle):
  sql = "SELECT i, 'row ' || i AS s FROM range(3000000) AS rows(i) WHERE i % 1000 = 7"
  reader = open_query(client, sql)
  chunks = [chunk.data for chunk in reader]
  assert_equal(pa.Table.from_batches(chunks), oracle.execute(sql).to_arrow_table())
  assert len(chunks) <= 5


def test_messages_stay_below_four_mebibytes(raw):
  text = "repeat(chr(97 + (i % 26)::INTEGER), 100000 + i::INTEGER)"
  sql = f"SELECT {text} AS s FROM range(500) AS rows(i)"
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  messages = raw.messages(ticket)
  assert max(message.byte_count for message in messages) < 4 * MIB
  assert sum(len(message.body) for message in messages) > 50_000_000


def test_batches_are_of_one_to_two_mebibytes_after_the_first(raw):
  sql = "SELECT i, i * 2 AS j, i::VARCHAR AS s FROM range(1000000) AS rows(i)"
  (ticket,) = raw.flight_info(Command.query(sql)).tickets
  bodies = [len(message.body) for message in raw.messages(ticket) if message.body]
  assert all(MIB // 2 <= size <= 4 * MIB for size in bodies[1:-1]), bodies


def test_values_of_several_mebibytes(client):
  sql = "SELECT i, repeat(chr(97 + i::INTEGER), 5000000) AS s FROM range(8) AS rows(i)"
  found = read_table(client, sql)
  assert found.column("s").to_pylist() == [chr(97 + i) * 5_000_000 for i in range(8)]


def test_a_value_over_sixteen_mebibytes_is_whole_or_refused_with_the_limit(client):
  try:
    found = read_table(client, f"SELECT repeat('x', {17 * MIB}) AS s")
  except pa.ArrowException as error:
    assert "limit" in str(error) or "MiB" in str(error) or "bytes" in str(error)
  else:
    assert found.column(0)[0].as_py() == "x" * (17 * MIB)


def test_the_connection_goes_on_after_a_value_its_client_cannot_take(connection):
  with connection.cursor() as cursor, pytest.raises(Exception, match="larger than max|limit|MiB"):
    cursor.execute(f"SELECT repeat('x', {20 * MIB}) AS s")
    cursor.fetch_arrow_table()
  with connection.cursor() as cursor:
    cursor.execute("SELECT 42")
    assert cursor.fetchone() == (42,)


def test_strings_of_more_than_two_gibibytes_in_total(server):
  sql = "SELECT repeat('0123456789', 200000) AS s FROM range(1100)"
  with RawClient(server.address, max_receive_message_length=-1) as raw:
    (ticket,) = raw.flight_info(Command.query(sql)).tickets
    byte_count = sum(len(content) for content in raw.stream(ticket))
  assert byte_count > 2_200_000_000


def test_the_session_time_zone_is_the_type_of_timestamptz(raw):
  raw.query("SET TimeZone = 'America/New_York'")
  found = raw.query("SELECT TIMESTAMPTZ '2024-07-01 12:00:00+00' AS t")
  assert found.schema.field("t").type == pa.timestamp("us", tz="America/New_York")
  assert found.column(0).cast(pa.int64()).to_pylist() == [1719835200000000]
