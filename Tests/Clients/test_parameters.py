"""Values for the parameters of prepared statements, however clients bind them."""

from __future__ import annotations

import datetime
import decimal

import grpc
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from support.columns import COLUMNS, Column, select
from support.flightsql import Command, RawClient, table
from support.parameters import (
  bind, data_messages, execute, parameter_schema, query, rows_of, update,
)
from support.protobuf import message
from support.tables import assert_equal

StatusCode = grpc.StatusCode


def refused(code: StatusCode, words: str):
  """The error of what is done inside has this code and text."""
  return pytest.raises(grpc.RpcError, check=lambda e: e.code() == code, match=words)


@pytest.fixture
def prepared(raw):
  """Prepares statements, and closes them in the end."""
  handles: list[bytes] = []

  def prepare(sql: str) -> bytes:
    handles.append(raw.prepare(sql).handle)
    return handles[-1]

  yield prepare
  for handle in handles:
    raw.close_prepared(handle)


# What is expected


@pytest.mark.parametrize(
  "sql, names, types",
  [
    ("SELECT 1", [], []),
    ("SELECT ?::DATE, ?::BIGINT", ["1", "2"], [pa.date32(), pa.int64()]),
    ("SELECT $2::DATE, $1::BIGINT, $2", ["1", "2"], [pa.int64(), pa.date32()]),
    ("SELECT $b::DATE, $a::TEXT, $b", ["b", "a"], [pa.date32(), pa.string()]),
    ("SELECT * FROM range(3) AS r(i) WHERE i > ? LIMIT ?", ["1", "2"], [pa.int64(), pa.int64()]),
    ("SELECT '? $1' AS \"?\", ? -- ?", ["1"], [pa.string()]),
    ("SELECT ? + ?", ["1", "2"], [pa.string(), pa.string()]),
    ("SELECT ?::DECIMAL(9, 2), ?::HUGEINT, ?::UUID", ["1", "2", "3"],
     [pa.decimal128(9, 2), pa.decimal128(38, 0), pa.string()]),
    ("SELECT ?::TIMESTAMPTZ, ?::TIMESTAMP_NS", ["1", "2"],
     [pa.timestamp("ms", tz="UTC"), pa.timestamp("ms")]),
    ("SELECT ?::INTEGER[], ?::STRUCT(a DATE)", ["1", "2"],
     [pa.list_(pa.field("l", pa.int32())), pa.struct([("a", pa.date32())])]),
    ("SELECT ?::VARIANT::VARCHAR", ["1"], [pa.string()]),
  ],
)
def test_the_parameter_schema_is_what_duckdb_infers(raw, sql: str, names: list, types: list):
  statement = raw.prepare(sql)
  schema = parameter_schema(statement)
  assert schema.names == names
  assert schema.types == types
  assert all(field.nullable for field in schema)
  raw.close_prepared(statement.handle)


def test_the_parameters_of_an_insert_are_its_tables_columns(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a TINYINT, b TIME, c ENUM('x'))")
  schema = parameter_schema(raw.prepare(f"INSERT INTO {name} VALUES (?, ?, ?)"))
  assert schema.types == [pa.int8(), pa.time32("ms"), pa.string()]


@pytest.mark.parametrize(
  "sql, words",
  [
    ("SELECT $1, $3", r"2 numbered parameters.*leave some out"),
    ("SELECT ?; SELECT 1", "several statements"),
    ("SELECT 1; SELECT ?", "several statements"),
    ("SELECT ?, $a", "(?i)mixing"),
  ],
)
def test_parameters_that_nobody_can_bind_are_refused_at_once(raw, sql: str, words: str):
  with pytest.raises(grpc.RpcError, match=words):
    raw.prepare(sql)


def test_adbc_sees_the_parameter_schema(cursor):
  assert cursor.adbc_prepare("SELECT ?::DATE, $2::INTEGER") == pa.schema(
    [("1", pa.date32()), ("2", pa.int32())]
  )


# Every type


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_value_comes_back_as_it_was_sent(raw, oracle, column: Column):
  sql = select([column], 40)
  values = raw.query(sql)
  ((type_name,),) = oracle.execute(f"SELECT typeof(c) FROM ({sql}) AS t(c) LIMIT 1").fetchall()
  found = query(raw, f"SELECT ?::{type_name} AS {column.name}", values.column(0))
  assert_equal(found, values)


def announced(kind: pa.DataType) -> pa.DataType:
  """Times are asked for in milliseconds, as the JDBC driver sends them whatever it is told."""
  if pa.types.is_time(kind):
    return pa.time32("ms")
  return pa.timestamp("ms", kind.tz) if pa.types.is_timestamp(kind) else kind


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_value_is_stored_in_a_column_of_its_type(raw, name, column: Column):
  sql = select([column], 40)
  raw.query(f"CREATE TABLE {name} AS {sql} LIMIT 0")
  values = raw.query(sql)
  statement = raw.prepare(f"INSERT INTO {name} VALUES (?)")
  assert parameter_schema(statement).types == [announced(kind) for kind in values.schema.types]
  assert update(raw, statement.handle, values) == 40
  assert_equal(raw.query(f"SELECT * FROM {name}"), values)


SMALLEST = datetime.date(1, 1, 1)
MAP = pa.map_(pa.string(), pa.int32())
SPARSE = pa.UnionArray.from_sparse(
  pa.array([0, 1, 1], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a", None, "c"])], ["n", "s"],
)
DENSE = pa.UnionArray.from_dense(
  pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()),
  [pa.array([1, 2]), pa.array(["b"])], ["n", "s"],
)
UNTYPED = [
  (pa.array([True, None, False]), "BOOLEAN"),
  (pa.array([-128, 127, None], pa.int8()), "TINYINT"),
  (pa.array([-(1 << 15)], pa.int16()), "SMALLINT"),
  (pa.array([-(1 << 31)], pa.int32()), "INTEGER"),
  (pa.array([-(1 << 63), None, (1 << 63) - 1]), "BIGINT"),
  (pa.array([255], pa.uint8()), "UTINYINT"),
  (pa.array([65535], pa.uint16()), "USMALLINT"),
  (pa.array([(1 << 32) - 1], pa.uint32()), "UINTEGER"),
  (pa.array([(1 << 64) - 1], pa.uint64()), "UBIGINT"),
  (pa.array([1.5, None, -0.0], pa.float16()), "FLOAT"),
  (pa.array([1.5, float("inf")], pa.float32()), "FLOAT"),
  (pa.array([0.1, float("-inf")]), "DOUBLE"),
  (pa.array(["", None, "naïve ☃", "a\0b", "x" * 5000]), "VARCHAR"),
  (pa.array(["x" * 300], pa.large_string()), "VARCHAR"),
  (pa.array(["short", "longer than twelve bytes", None], pa.string_view()), "VARCHAR"),
  (pa.array([b"", None, b"\0\xff"]), "BLOB"),
  (pa.array([b"\0\xff"], pa.large_binary()), "BLOB"),
  (pa.array([b"\0\xff", b"more than twelve bytes"], pa.binary_view()), "BLOB"),
  (pa.array([b"abc", None], pa.binary(3)), "BLOB"),
  (pa.array([decimal.Decimal("-1.25"), None], pa.decimal32(9, 2)), "DECIMAL(9,2)"),
  (pa.array([decimal.Decimal("-1.25")], pa.decimal64(18, 2)), "DECIMAL(18,2)"),
  (pa.array([decimal.Decimal("9" * 38)], pa.decimal128(38, 0)), "DECIMAL(38,0)"),
  (pa.array([decimal.Decimal("-" + "9" * 38)], pa.decimal256(60, 0)), "DECIMAL(38,0)"),
  (pa.array([SMALLEST, None], pa.date32()), "DATE"),
  (pa.array([SMALLEST, None], pa.date64()), "DATE"),
  (pa.array([datetime.time(23, 59, 59), None], pa.time32("s")), "TIME"),
  (pa.array([datetime.time(1, 2, 3, 4000)], pa.time32("ms")), "TIME"),
  (pa.array([datetime.time(1, 2, 3, 4)], pa.time64("us")), "TIME"),
  (pa.array([86_399_999_999_999], pa.time64("ns")), "TIME_NS"),
  (pa.array([-1, None], pa.timestamp("s")), "TIMESTAMP_S"),
  (pa.array([-1], pa.timestamp("ms")), "TIMESTAMP_MS"),
  (pa.array([-1], pa.timestamp("us")), "TIMESTAMP"),
  (pa.array([-1], pa.timestamp("ns")), "TIMESTAMP_NS"),
  (pa.array([-1, None], pa.timestamp("s", "Europe/Berlin")), "TIMESTAMP WITH TIME ZONE"),
  (pa.array([-1], pa.timestamp("ms", "+02:00")), "TIMESTAMP WITH TIME ZONE"),
  (pa.array([-1], pa.timestamp("us", "UTC")), "TIMESTAMP WITH TIME ZONE"),
  (pa.array([-5000], pa.timestamp("ns", "UTC")), "TIMESTAMP WITH TIME ZONE"),
  (pa.array([90, None], pa.duration("s")), "INTERVAL"),
  (pa.array([-90], pa.duration("ms")), "INTERVAL"),
  (pa.array([90], pa.duration("us")), "INTERVAL"),
  (pa.array([-90_000], pa.duration("ns")), "INTERVAL"),
  (pa.array([pa.MonthDayNano([-14, 3, 1_000]), None]), "INTERVAL"),
  (pa.array([[1, None], None, []], pa.list_(pa.int32())), "INTEGER[]"),
  (pa.array([[1, None]], pa.large_list(pa.int32())), "INTEGER[]"),
  (pa.array([[1, None], [], None], pa.list_view(pa.int32())), "INTEGER[]"),
  (pa.array([["x"], ["y", None]], pa.large_list_view(pa.string())), "VARCHAR[]"),
  (pa.array([[1, None], None], pa.list_(pa.int32(), 2)), "INTEGER[2]"),
  (pa.array([{"a": 1, "b": None}, None]), "STRUCT(a BIGINT, b \"NULL\")"),
  (pa.array([[("k", 1), ("l", None)], [], None], MAP), "MAP(VARCHAR, INTEGER)"),
  (pa.array(["x", None, "y", "x"]).dictionary_encode(), "VARCHAR"),
  (pa.array([[1, 2], [3]]).slice(1), "BIGINT[]"),
  (pa.array([[{"a": [True]}, None]]), "STRUCT(a BOOLEAN[])[]"),
  (pc.run_end_encode(pa.array([1, 1, None, 2, 2, 2])), "BIGINT"),
  (pa.array([None, None]), '"NULL"'),
  (pa.ExtensionArray.from_storage(pa.uuid(), pa.array([bytes(range(240, 256)), None],
                                                      pa.binary(16))), "UUID"),
  (pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 7, None], pa.int8())), "BOOLEAN"),
]


@pytest.mark.parametrize("values, type_name", UNTYPED, ids=[str(v.type)[:40] for v, _ in UNTYPED])
def test_every_type_of_arrow_is_bound_as_what_it_is(raw, oracle, values: pa.Array, type_name: str):
  found = query(raw, "SELECT typeof(?) AS t, ?::VARCHAR AS v", values, values)
  assert set(found["t"].to_pylist()) == {type_name}
  plain = values
  if isinstance(values.type, pa.BaseExtensionType):
    text = [v.as_py() for v in values]
    assert [v and v.lower() for v in found["v"].to_pylist()] == [
      None if v is None else str(v).lower() for v in text
    ]
    return
  if isinstance(values, pa.RunEndEncodedArray):
    plain = pc.run_end_decode(values)
  if pa.types.is_float16(values.type):
    plain = values.cast(pa.float32())
  if "decimal" in str(values.type):
    plain = values.cast(pa.decimal128(38, values.type.scale))
  asked = pa.table({"v": plain})  # noqa: F841: DuckDB finds it by its name
  expected = oracle.execute("SELECT v::VARCHAR FROM asked").fetchall()
  assert list(zip(found["v"].to_pylist())) == expected


@pytest.mark.parametrize("values", [SPARSE, DENSE], ids=["sparse", "dense"])
def test_unions_of_both_kinds(raw, values: pa.UnionArray):
  found = query(raw, "SELECT typeof(?) AS t, ? AS u", values, values)
  assert set(found["t"].to_pylist()) == {"UNION(n BIGINT, s VARCHAR)"}
  assert found["u"].to_pylist() == values.to_pylist()


def test_unions_and_nested_values_come_back(raw):
  nested = pa.array([[{"m": [("k", [1.5, None])], "u": [None, "x"]}], None],
                    pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.list_(pa.float64()))),
                                        ("u", pa.list_(pa.string()))])))
  found = query(raw, "SELECT ? AS n, ? AS u", nested, SPARSE.slice(0, 2))
  assert found["n"].to_pylist() == nested.to_pylist()
  assert found["u"].to_pylist() == SPARSE.slice(0, 2).to_pylist()


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


# Which column is which parameter


@pytest.mark.parametrize(
  "sql, names, expected",
  [
    ("SELECT ? - ?::INTEGER", ["b", "a"], 7),
    ("SELECT $1 - $2::INTEGER", ["2", "1"], 7),
    ("SELECT $2 - $1::INTEGER", ["", ""], -7),
    ("SELECT $a - $b::INTEGER", ["a", "b"], 7),
    ("SELECT $a - $b::INTEGER", ["b", "a"], -7),
    ("SELECT $A - $b::INTEGER", ["B", "a"], -7),
    ("SELECT $b - $a::INTEGER", ["x", "y"], 7),
    ("SELECT $a - $b::INTEGER", ["b", "c"], 7),
    ("SELECT $a - $b::INTEGER + $a - $a", ["b", "a"], -7),
  ],
)
def test_columns_count_by_name_where_all_have_the_parameters_names(
  raw, prepared, sql: str, names: list, expected: int
):
  handle = prepared(sql)
  bind(raw, handle, rows_of(10, 3, names=names))
  assert execute(raw, handle)[0].to_pylist() == [expected]


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("how", [bind, update])
def test_another_number_of_columns_is_refused(raw, prepared, how, count: int):
  handle = prepared("SELECT ?, ?")
  code, words = StatusCode.INVALID_ARGUMENT, f"2 parameters.* {count} columns"
  if how is update and count == 0:
    words = "no values were bound"
  with refused(code, words):
    how(raw, handle, rows_of(*range(count)))


def test_columns_for_a_statement_without_parameters_are_refused(raw, prepared):
  for how in (bind, update):
    with refused(StatusCode.INVALID_ARGUMENT, "0 parameters.* 1 columns"):
      how(raw, prepared("SELECT 1"), rows_of(1))


# Executing


def test_binding_answers_with_the_handle(raw, prepared):
  handle = prepared("SELECT ?")
  assert bind(raw, handle, rows_of(1)) == handle


def test_a_statement_runs_again_with_the_same_and_with_other_values(raw, prepared):
  handle = prepared("SELECT ?::INTEGER AS a, ? AS b")
  bind(raw, handle, rows_of(1, "x"))
  for _ in range(3):
    assert execute(raw, handle).to_pylist() == [{"a": 1, "b": "x"}]
  bind(raw, handle, rows_of(None, 2.5))
  assert execute(raw, handle).to_pylist() == [{"a": None, "b": 2.5}]
  bind(raw, handle, rows_of(7, pa.array([None], pa.date32())))
  assert execute(raw, handle).schema.types == [pa.int32(), pa.date32()]


def test_a_query_of_many_rows_returns_all_results_in_order(raw, prepared):
  handle = prepared("SELECT ?::BIGINT AS n, i FROM range(?) AS r(i)")
  numbers = pa.array(range(500))
  bind(raw, handle, rows_of(numbers, pa.array([n % 3 for n in range(500)])))
  expected = [(n, i) for n in range(500) for i in range(n % 3)]
  found = execute(raw, handle)
  assert list(zip(*(c.to_pylist() for c in found.columns))) == expected
  assert found.column(0).num_chunks <= 2, "small results travel together"


def test_rows_of_several_batches_and_large_results(raw, prepared):
  handle = prepared("SELECT ?::BIGINT * 100000 + i AS n FROM range(100000) AS r(i)")
  rows = pa.Table.from_batches([pa.record_batch([pa.array([n])], ["n"]) for n in range(7)])
  bind(raw, handle, rows)
  assert execute(raw, handle)[0].to_pylist() == list(range(700_000))


def test_no_rows_give_an_empty_result_of_the_same_columns(raw, prepared):
  handle = prepared("SELECT ?::DATE AS d, 1 AS one")
  bind(raw, handle, rows_of(pa.array([], pa.date32())))
  found = execute(raw, handle)
  assert found.num_rows == 0
  assert found.schema == pa.schema([("d", pa.date32()), ("one", pa.int32())])


def test_a_statement_without_values_says_so(raw, prepared):
  code, words = StatusCode.INVALID_ARGUMENT, "2 parameters and no values"
  for sql in ("SELECT ?::INTEGER, ?", "SELECT ?::INTEGER, ?::DATE"):
    handle = prepared(sql)
    with refused(code, words):
      raw.flight_info(Command.prepared_query(handle))
    with refused(code, words):
      raw.messages(Command.prepared_query(handle))
    with refused(code, words):
      raw.update(Command.prepared_update(handle))
    with refused(code, words):
      raw.query(sql)
    with refused(code, words):
      raw.update(Command.update(sql))


@pytest.mark.parametrize(
  "sql, values, types",
  [
    ("SELECT ? AS a", [5], [pa.int64()]),
    ("SELECT ? AS a, 1 AS b", ["x"], [pa.string(), pa.int32()]),
    ("SELECT ? + ? AS a", [1.5, 2], [pa.float64()]),
    ("SELECT * FROM range(?)", [3], [pa.int64()]),
    ("SELECT typeof($1) AS a", ["x"], [pa.string()]),
    ("SELECT coalesce(?, 1::INTEGER) AS a", [5_000_000_000], [pa.int64()]),
    ("SELECT coalesce(?, 1::INTEGER) AS a", [5], [pa.int32()]),
    ("SELECT [?, ?] AS a", [1, None], [pa.list_(pa.field("l", pa.int64()))]),
  ],
)
def test_the_schema_is_the_results_once_values_are_bound(raw, prepared, sql, values, types):
  handle = prepared(sql)
  bind(raw, handle, rows_of(*values))
  result = execute(raw, handle)
  assert result.schema.types == types
  told = pa.ipc.read_schema(pa.py_buffer(raw.schema_bytes(Command.prepared_query(handle))))
  assert told == result.schema


def test_a_query_is_an_update_only_if_it_has_no_result(raw):
  for sql, is_update in [("SELECT ?", False), ("DELETE FROM range(?)", None)]:
    if is_update is not None:
      assert raw.prepare(sql).is_update == is_update


def test_rows_that_give_different_columns_are_refused(raw, prepared):
  handle = prepared("SELECT coalesce(?, 1::INTEGER)")
  bind(raw, handle, rows_of(pa.array([1, 5_000_000_000])))
  with refused(StatusCode.INVALID_ARGUMENT, "other columns than the first row"):
    execute(raw, handle)


def test_executions_of_one_handle_that_overlap_do_not_mix(raw, prepared):
  handle = prepared("SELECT ?::BIGINT AS n FROM range(400000)")
  tickets = []
  for n in range(4):
    bind(raw, handle, rows_of(pa.array([n, n + 10])))
    tickets += raw.flight_info(Command.prepared_query(handle)).tickets
  streams = [raw.stream(ticket) for ticket in tickets]
  starts = [[next(stream), next(stream)] for stream in streams]
  for n in reversed(range(4)):
    from support.flightsql import FlightData

    contents = [*starts[n], *streams[n]]
    found = table(FlightData.parse(content) for content in contents)
    assert pc.value_counts(found[0]).to_pylist() == [
      {"values": n, "counts": 400_000}, {"values": n + 10, "counts": 400_000},
    ]


def test_a_result_waits_while_others_use_the_sessions_only_connection(raw, prepared, name):
  raw.query(f"CREATE TEMP TABLE {name} AS SELECT i FROM range(300000) AS r(i)")
  handle = prepared(f"SELECT i + ? AS n FROM {name}")
  bind(raw, handle, rows_of(pa.array([0, 300_000])))
  info = raw.flight_info(Command.prepared_query(handle))
  raw.query(f"DELETE FROM {name}")
  found = table(raw.messages(info.tickets[0]))
  assert pc.sum(found[0]).as_py() == sum(range(600_000))


def test_a_write_that_is_announced_runs_once_for_each_row(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?) RETURNING a * 10 AS b")
  bind(raw, handle, rows_of(pa.array([1, 2, 3])))
  info = raw.flight_info(Command.prepared_query(handle))
  assert raw.rows(f"FROM {name}") == [(1,), (2,), (3,)]
  result = table(raw.messages(info.tickets[0]))
  assert result.schema == info.schema
  assert result["b"].to_pylist() == [10, 20, 30]
  raw.flight_info(Command.prepared_query(handle))
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(6,)]


# Updates


def test_the_counts_of_all_rows_are_summed(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT i FROM range(100) AS r(i)")
  handle = prepared(f"DELETE FROM {name} WHERE i % ? = ?")
  assert update(raw, handle, rows_of(pa.array([2, 3]), pa.array([0, 0]))) == 50 + 17
  assert update(raw, handle, rows_of(pa.array([], pa.int64()), pa.array([], pa.int64()))) == 0
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(33,)]


def test_rows_change_all_or_nothing(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  with refused(StatusCode.ALREADY_EXISTS, r"(?i)duplicate key[\s\S]*row 3 of 4"):
    update(raw, handle, rows_of(pa.array([1, 2, 1, 3])))
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]
  assert update(raw, handle, rows_of(pa.array([1, 2, 3]))) == 3


def test_rows_become_part_of_an_open_transaction(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  raw.query("BEGIN")
  assert update(raw, handle, rows_of(pa.array([1, 2]))) == 2
  raw.query("ROLLBACK")
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_rows_beyond_the_memory_limit_wait_in_a_file(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a BIGINT, s VARCHAR)")
  handle = prepared(f"INSERT INTO {name} VALUES (?, ?)")
  texts = [f"{n}" * 250_000 for n in range(10)] * 6
  batches = [
    pa.record_batch([pa.array([n, -n]), pa.array([s, None]).dictionary_encode()], ["a", "s"])
    for n, s in enumerate(texts)
  ]
  assert update(raw, handle, pa.Table.from_batches(batches)) == 120
  assert raw.rows(f"SELECT count(*), sum(len(s))::BIGINT, count(DISTINCT s) FROM {name}") == [
    (120, 60 * 250_000, 10)
  ]
  wrong = raw.rows(f"SELECT count(*) FROM {name} WHERE s <> repeat((a % 10)::VARCHAR, 250000)")
  assert wrong == [(0,)]


def test_an_update_without_values_uses_those_that_are_bound(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (?)")
  bind(raw, handle, rows_of(pa.array([1, 2])))
  assert raw.update(Command.prepared_update(handle)) == 2
  assert update(raw, handle, pa.table({})) == 2
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(4,)]


def test_an_update_without_parameters_is_answered_before_the_client_has_finished(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER)")
  handle = prepared(f"INSERT INTO {name} VALUES (5)")
  (first, *_) = data_messages(Command.prepared_update(handle), pa.table({}))

  answered = []

  def contents():
    yield first
    while not answered:
      yield message((3, b"still here"))

  for answer in raw.call("DoPut", contents()):
    answered.append(answer)
  assert raw.rows(f"FROM {name}") == [(5,)]


def test_a_setting_by_parameter_holds_in_the_session(raw, prepared):
  handle = prepared("SET VARIABLE chosen = ?")
  update(raw, handle, rows_of("here"))
  busy = raw.stream(raw.flight_info(Command.query("FROM range(5000000)")).tickets[0])
  next(busy)
  assert raw.rows("SELECT getvariable('chosen')") == [("here",)]
  busy.cancel()


# Tables that change


def test_a_changed_table_is_noticed(raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  plain, bound = prepared(f"FROM {name}"), prepared(f"FROM {name} WHERE a = ?")
  bind(raw, bound, rows_of(1))
  raw.query(f"ALTER TABLE {name} ADD COLUMN b VARCHAR DEFAULT 'x'")
  for handle in (plain, bound):
    assert execute(raw, handle).to_pylist() == [{"a": 1, "b": "x"}]
  raw.query(f"DROP TABLE {name}")
  for handle in (plain, bound):
    with refused(StatusCode.NOT_FOUND, name):
      raw.flight_info(Command.prepared_query(handle))
  raw.query(f"CREATE TABLE {name} AS SELECT DATE '2020-01-01' AS d, 1.5::DOUBLE AS a")
  assert execute(raw, plain).schema.types == [pa.date32(), pa.float64()]
  bind(raw, bound, rows_of(1.5))
  assert execute(raw, bound).schema.types == [pa.date32(), pa.float64()]


def test_a_table_that_another_session_changed_is_noticed(server, raw, prepared, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  handle = prepared(f"FROM {name}")
  with RawClient(server.address) as other:
    other.query("BEGIN")
    other.query(f"ALTER TABLE {name} RENAME a TO b")
    assert execute(raw, handle).to_pylist() == [{"a": 1}]
    other.query("COMMIT")
  assert execute(raw, handle).to_pylist() == [{"b": 1}]


def test_a_setting_that_changes_the_schema_is_noticed(raw, prepared):
  handle = prepared("SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS t")
  raw.query("SET TimeZone = 'Asia/Tokyo'")
  assert execute(raw, handle).schema.field("t").type == pa.timestamp("us", "Asia/Tokyo")


# Handles


@pytest.mark.parametrize("kind", ["unknown", "malformed", "closed", "foreign"])
def test_a_handle_that_is_not_the_sessions_is_not_found(server, raw, kind: str):
  with RawClient(server.address) as other:
    match kind:
      case "unknown": handle = bytes(16)
      case "malformed": handle = b"x"
      case "foreign": handle = other.prepare("SELECT ?").handle
      case "closed":
        handle = raw.prepare("SELECT ?").handle
        bind(raw, handle, rows_of(1))
        raw.close_prepared(handle)
    uses = [
      lambda: raw.flight_info(Command.prepared_query(handle)),
      lambda: raw.schema_bytes(Command.prepared_query(handle)),
      lambda: raw.messages(Command.prepared_query(handle)),
      lambda: raw.update(Command.prepared_update(handle)),
      lambda: bind(raw, handle, rows_of(1)),
      lambda: update(raw, handle, rows_of(1)),
      lambda: raw.close_prepared(handle),
    ]
    for use in uses:
      with refused(StatusCode.NOT_FOUND, "prepared statement is unknown"):
        use()


def test_a_result_outlives_its_handle(raw):
  statement = raw.prepare("SELECT i + ? AS n FROM range(100000) AS r(i)")
  bind(raw, statement.handle, rows_of(1))
  info = raw.flight_info(Command.prepared_query(statement.handle))
  raw.close_prepared(statement.handle)
  assert pc.sum(table(raw.messages(info.tickets[0]))[0]).as_py() == sum(range(100_001))


def test_results_that_nobody_fetches_end_with_their_session(start):
  one = start()
  with RawClient(one.address) as raw:
    handle = raw.prepare("SELECT i + ? FROM range(10000000) AS r(i)").handle
    bind(raw, handle, rows_of(1))
    for _ in range(40):
      raw.flight_info(Command.prepared_query(handle))
    assert raw.rows("SELECT 42") == [(42,)]
    raw.action("CloseSession")


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
