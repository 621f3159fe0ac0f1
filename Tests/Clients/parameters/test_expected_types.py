"""What types a prepared statement says its parameters have, and which column becomes which parameter."""

from __future__ import annotations

import grpc
import pyarrow as pa
import pytest

from support.parameters import bind, execute, parameter_schema, refused, rows_of, update

StatusCode = grpc.StatusCode


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
  code, words = StatusCode.INVALID_ARGUMENT, f"2 parameters.* {count} column"
  if how is update and count == 0:
    words = "no values were bound"
  with refused(code, words):
    how(raw, handle, rows_of(*range(count)))


def test_columns_for_a_statement_without_parameters_are_refused(raw, prepared):
  for how in (bind, update):
    with refused(StatusCode.INVALID_ARGUMENT, "0 parameters.* 1 column:"):
      how(raw, prepared("SELECT 1"), rows_of(1))
