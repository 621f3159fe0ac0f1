"""Values of other types than the parameter's: cast as DuckDB casts, or refused."""

from __future__ import annotations

import datetime
import decimal

import grpc
import pyarrow as pa
import pytest

from support.parameters import query, refused

StatusCode = grpc.StatusCode
SMALLEST = datetime.date(1, 1, 1)
MAP = pa.map_(pa.string(), pa.int32())


CASTS = [
  (pa.array([5]), "INTEGER", "5"),
  (pa.array([5]), "DECIMAL(9, 2)", "5.00"),
  (pa.array([5]), "DOUBLE", "5.0"),
  (pa.array([5.0]), "INTEGER", "5"),
  (pa.array([1.5]), "DECIMAL(9, 2)", "1.50"),
  (pa.array(["5"]), "INTEGER", "5"),
  (pa.array(["1.5"]), "DOUBLE", "1.5"),
  (pa.array(["2020-02-29"]), "DATE", "2020-02-29"),
  (pa.array(["2020-02-29 12:00:00.5"]), "TIMESTAMP", "2020-02-29 12:00:00.5"),
  (pa.array(["2020-02-29 12:00:00+02"]), "TIMESTAMPTZ", "2020-02-29 10:00:00+00"),
  (pa.array(["x"]), "ENUM('x', 'y')", "x"),
  (pa.array([["x", None]]), "ENUM('x', 'y')[]", "[x, NULL]"),
  (pa.array(["[1, 2]"]), "INTEGER[]", "[1, 2]"),
  (pa.array(["0101"]), "BIT", "0101"),
  (pa.array(["12:30:00+01:30"]), "TIMETZ", "12:30:00+01:30"),
  (pa.array([decimal.Decimal("170141183460469231731687303715884105")]), "HUGEINT",
   "170141183460469231731687303715884105"),
  (pa.array(["340282366920938463463374607431768211455"]), "UHUGEINT",
   "340282366920938463463374607431768211455"),
  (pa.array(["9" * 60]), "BIGNUM", "9" * 60),
  (pa.array([SMALLEST]), "TIMESTAMP", "0001-01-01 00:00:00"),
  (pa.array([1_582_934_400], pa.timestamp("s")), "DATE", "2020-02-29"),
  (pa.array([1_582_934_401], pa.timestamp("s")), "DATE", "2020-02-29"),
  (pa.array([0], pa.timestamp("us", "UTC")), "TIMESTAMP", "1970-01-01 00:00:00"),
  (pa.array([[1, 2]]), "SMALLINT[2]", "[1, 2]"),
  (pa.array([{"a": 1}]), "STRUCT(a UTINYINT)", "{'a': 1}"),
  (pa.array(['{"a": 1}']), "JSON", '{"a": 1}'),
  (pa.array([b"abc"]), "VARCHAR", "abc"),
]


@pytest.mark.parametrize("values, type_name, text", CASTS, ids=[f"{v.type}-{t}" for v, t, _ in CASTS])
def test_another_type_is_cast_as_duckdb_casts_it(raw, values, type_name: str, text: str):
  assert query(raw, f"SELECT ?::{type_name}::VARCHAR", values)[0].to_pylist() == [text]


@pytest.mark.parametrize(
  "values, type_name, words",
  [
    (pa.array(["abc"]), "INTEGER", "abc"),
    (pa.array([300]), "TINYINT", "300"),
    (pa.array([-1]), "UINTEGER", "-1"),
    (pa.array([1e300]), "INTEGER", "(?i)out of range|cast"),
    (pa.array(["z"]), "ENUM('x', 'y')", "z"),
    (pa.array(["{bad"]), "JSON", "(?i)json"),
    (pa.array(["soon"]), "DATE", "soon"),
    (pa.array([SMALLEST]), "INTEGER", "(?i)cast|conver"),
    (pa.array([[1, 2]]), "INTEGER[3]", "(?i)cast"),
    (pa.array(["x"]), "UUID", "(?i)uuid"),
  ],
)
def test_a_value_that_cannot_be_cast_is_refused(raw, values, type_name: str, words: str):
  with refused(StatusCode.INVALID_ARGUMENT, words):
    query(raw, f"SELECT ?::{type_name}", values)
  assert raw.rows("SELECT 42") == [(42,)]


def raw_decimal(precision: int, scale: int, value: int) -> pa.Array:
  content = value.to_bytes(32, "little", signed=True)
  return pa.Array.from_buffers(pa.decimal256(precision, scale), 1, [None, pa.py_buffer(content)])


@pytest.mark.parametrize(
  "values, words",
  [
    (raw_decimal(60, 0, 10**38), "38 digits"),
    (raw_decimal(60, 10, -(10**59)), "38 digits"),
    (pa.array([1], pa.timestamp("ns", "UTC")), "finer than a microsecond"),
    (pa.array([(1 << 62)], pa.timestamp("s", "UTC")), "range"),
    (pa.array([-(1 << 63)], pa.timestamp("us", "UTC")), "range"),
    (pa.array([-(1 << 63)], pa.timestamp("us")), "range"),
    (pa.array([-(1 << 31)], pa.date32()), "range"),
    (pa.array([(1 << 62)], pa.int64()).view(pa.date64()), "whole day|range"),
    (pa.array([1], pa.int64()).view(pa.date64()), "whole day"),
    (pa.array([1], pa.duration("ns")), "finer"),
    (pa.array([1 << 62], pa.duration("s")), "range"),
    (pa.array([pa.MonthDayNano([0, 0, 1])]), "finer"),
    (pa.array([[("k", 1), ("k", 2)]], MAP), "same key"),
  ],
)
def test_a_value_that_duckdb_cannot_hold_is_refused(raw, values, words: str):
  with refused(StatusCode.INVALID_ARGUMENT, f'parameter "1", row 1: .*({words})'):
    query(raw, "SELECT ?", values)


@pytest.mark.parametrize(
  "values, words",
  [
    (pa.array([{"a": 1, "A": 2}]), "upper and lower case"),
    (pa.array([{}], pa.struct([])), "structs without members"),
  ],
)
def test_a_type_that_duckdb_lacks_is_refused(raw, values, words: str):
  with refused(StatusCode.UNIMPLEMENTED, words):
    query(raw, "SELECT ?", values)


@pytest.mark.parametrize(
  "type_name",
  ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "DATE"],
)
def test_infinity_stays_infinity_in_every_type_of_time(raw, type_name: str):
  values = raw.query("SELECT unnest(['infinity', '-infinity'])::TIMESTAMP AS t")
  found = query(raw, f"SELECT (?::{type_name})::VARCHAR", values.column(0))
  assert found[0].to_pylist() == ["infinity", "-infinity"]


def test_a_comparison_sees_the_value_and_not_what_the_columns_type_makes_of_it(raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT i::INTEGER AS i FROM range(5) AS r(i)")
  sql = f"SELECT count(*) FROM {name} WHERE i < ?"
  counts = [(1.5, 2), (2, 2), (5_000_000_000, 5), (decimal.Decimal("2.1"), 3), ("3", 3)]
  for value, count in counts:
    assert query(raw, sql, value)[0].to_pylist() == [count]


MOMENT = datetime.datetime(2024, 2, 29, 12, 34, 56, 789123)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize(
  "type_name, rounded",
  [("TIMESTAMP_S", "2024-02-29 12:34:57"), ("TIMESTAMP_MS", "2024-02-29 12:34:56.789")],
)
def test_a_time_finer_than_its_column_is_rounded_as_sql_rounds_it(
  raw, name, unit: str, type_name: str, rounded: str
):
  """DuckDB itself casts TIMESTAMP_NS and TIMESTAMP_MS to no coarser type than TIMESTAMP."""
  raw.query(f"CREATE TABLE {name} (t {type_name})")
  values = pa.array([MOMENT]).cast(pa.timestamp(unit), safe=False)
  query(raw, f"INSERT INTO {name} VALUES (?)", values)
  found = raw.query(f"SELECT t::VARCHAR FROM {name}")
  assert found[0].to_pylist() == [rounded]
  is_less = {"TIMESTAMP_S": 0, "TIMESTAMP_MS": 0 if unit == "ms" else 1}[type_name]
  counts = query(raw, f"SELECT count(*) FROM {name} WHERE t < ?", values)
  assert counts[0].to_pylist() == [is_less]
