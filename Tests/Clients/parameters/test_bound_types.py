"""A value of every type as a parameter."""

from __future__ import annotations

import datetime
import decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from support.columns import COLUMNS, Column, select
from support.parameters import parameter_schema, query, update
from support.tables import assert_equal


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
  oracle.register("asked", pa.table({"v": plain}))
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
