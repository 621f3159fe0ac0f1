"""Every type of Arrow through CommandStatementIngest, compared with DuckDB's own import."""

from __future__ import annotations

import datetime
import decimal
import struct
import uuid

import grpc
import pyarrow as pa
import pytest

from support.columns import COLUMNS, select
from support.flightsql import Command
from support.ingestion import REPLACE, ingest, ingest_refusal
from support.tables import assert_equal

D = decimal.Decimal
DAY = datetime.date(2024, 2, 29)
TIME = datetime.time(23, 59, 59, 123456)
STAMP = datetime.datetime(1969, 7, 20, 20, 17, 40, 123456)
TEXTS = ["", "a", "twelve bytes", "thirteen byte", "naïve ☃ " * 9, "a\0b"]
BLOBS = [b"", b"\0\xff", b"x" * 12, b"y" * 13, b"z" * 300]
WHOLE = datetime.datetime(1969, 7, 20, 20, 17, 40)


def timestamps(unit: str, zone: str | None) -> tuple[pa.DataType, list]:
  values = [WHOLE, datetime.datetime(2024, 2, 29)] + ([STAMP] if unit in ("us", "ns") else [])
  return pa.timestamp(unit, zone), values


# The type, and values that DuckDB itself imports.
VALUES = [
  (pa.null(), []),
  (pa.bool_(), [True, False]),
  (pa.int8(), [-128, 127]), (pa.int16(), [-32768, 32767]),
  (pa.int32(), [-(1 << 31), (1 << 31) - 1]), (pa.int64(), [-(1 << 63), (1 << 63) - 1]),
  (pa.uint8(), [255]), (pa.uint16(), [65535]), (pa.uint32(), [(1 << 32) - 1]),
  (pa.uint64(), [(1 << 64) - 1]),
  (pa.float32(), [1.5, float("inf"), -0.0]), (pa.float64(), [0.1, float("-inf"), -0.0]),
  (pa.utf8(), TEXTS), (pa.large_utf8(), TEXTS), (pa.string_view(), TEXTS),
  (pa.binary(), BLOBS), (pa.large_binary(), BLOBS), (pa.binary_view(), BLOBS),
  (pa.binary(3), [b"abc", b"\0\0\0"]), (pa.binary(20), [b"abcde" * 4]),
  (pa.decimal32(4, 1), [D("999.9"), D("-0.1")]), (pa.decimal32(9, 2), [D("1234567.89")]),
  (pa.decimal64(9, 2), [D("-1234567.89")]), (pa.decimal64(18, 6), [D("123456789012.345678")]),
  (pa.decimal128(4, 1), [D("-999.9")]), (pa.decimal128(9, 2), [D("-1234567.89")]),
  (pa.decimal128(18, 6), [D("-123456789012.345678")]),
  (pa.decimal128(38, 10), [D("-" + "9" * 28 + "." + "9" * 10)]),
  (pa.date32(), [DAY, datetime.date(1, 1, 1)]), (pa.date64(), [DAY, datetime.date(1969, 12, 31)]),
  (pa.time32("s"), [TIME.replace(microsecond=0)]),
  (pa.time32("ms"), [TIME.replace(microsecond=123000)]),
  (pa.time64("us"), [TIME]), (pa.time64("ns"), [TIME]),
  *(timestamps(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC")),
  timestamps("us", "Europe/Berlin"),
  *((pa.duration(unit), [datetime.timedelta(days=-3, seconds=7)]) for unit in ("s", "ms", "us", "ns")),
  (pa.month_day_nano_interval(), [pa.MonthDayNano([1, -2, 3000]), pa.MonthDayNano([0, 0, -2000])]),
  (pa.list_(pa.int32()), [[], [1, None, 3], [4]]),
  (pa.large_list(pa.utf8()), [[], TEXTS, [None]]),
  (pa.list_view(pa.int64()), [[], [1, None], [3]]),
  (pa.large_list_view(pa.list_(pa.int8())), [[[1], None, []], []]),
  (pa.list_(pa.int16(), 3), [[1, None, 3], [4, 5, 6]]),
  (pa.list_(pa.list_(pa.utf8(), 2), 2), [[["a", None], ["b", "c"]], [None, ["d", "e"]]]),
  (
    pa.struct([("a", pa.int64()), ("b", pa.struct([("c", pa.utf8())]))]),
    [{"a": 1, "b": {"c": "x"}}, {"a": None, "b": None}],
  ),
  (pa.map_(pa.utf8(), pa.int32()), [[], [("a", 1), ("b", None)]]),
  (
    pa.map_(pa.int8(), pa.list_(pa.struct([("x", pa.decimal128(5, 2))]))),
    [[(1, [{"x": D("1.50")}, None]), (2, None)]],
  ),
  (pa.dictionary(pa.int8(), pa.utf8()), TEXTS), (pa.dictionary(pa.uint32(), pa.int64()), [5, 5, 6]),
  (pa.run_end_encoded(pa.int16(), pa.utf8()), ["a", "a", "b" * 20]),
  (pa.bool8(), [1, 0, -7]), (pa.uuid(), [uuid.UUID(int=1).bytes, uuid.UUID(int=3 << 126).bytes]),
  (pa.json_(), ['{"a": 1}', "null"]),
]


def column(type_: pa.DataType, values: list, count: int) -> pa.Array:
  """The values over and over, every third NULL."""
  chosen = [None if i % 3 == 2 or not values else values[i % len(values)] for i in range(count)]
  if isinstance(type_, pa.BaseExtensionType):
    return type_.wrap_array(column(type_.storage_type, values, count))
  if pa.types.is_run_end_encoded(type_):
    return pa.compute.run_end_encode(pa.array(chosen, type_.value_type), type_.run_end_type)
  return pa.array(chosen, type_)


def check(raw, oracle, name: str, rows: pa.Table, same: pa.Table | None = None) -> None:
  """The table is the one that DuckDB in this process makes of the same rows."""
  assert ingest(raw, Command.ingest(name, if_exists=REPLACE), rows) == rows.num_rows
  oracle.register("incoming", rows if same is None else same)
  oracle.execute("CREATE OR REPLACE TEMP TABLE expected AS FROM incoming")
  oracle.unregister("incoming")
  types = "SELECT column_name, column_type FROM (DESCRIBE {})"
  assert raw.rows(types.format(name)) == oracle.execute(types.format("expected")).fetchall()
  found = raw.query(f"FROM {name}")
  expected = oracle.execute("FROM expected").to_arrow_table()
  # Types without a counterpart in Arrow travel in forms of their own: compared as text below.
  if found.schema.types == expected.schema.types:
    assert_equal(found, expected)
  text = "SELECT list(COLUMNS(*)::VARCHAR) FROM {}"
  assert raw.rows(text.format(name)) == oracle.execute(text.format("expected")).fetchall()


@pytest.mark.parametrize(("type_", "values"), VALUES, ids=[str(type_) for type_, _ in VALUES])
def test_each_type(raw, oracle, name, type_: pa.DataType, values: list):
  for count in (0, 1, 100, 2050, 5000):
    check(raw, oracle, name, pa.table({"x": column(type_, values, count)}))


def sliced_and_nested(flat: pa.Array) -> pa.Table:
  offsets = pa.array([0, 0, 3, 3, 10, *range(11, 2100)], pa.int32())
  lists = pa.ListArray.from_arrays(offsets, flat)
  mask = pa.array([i % 4 == 1 for i in range(3000)])
  members = pa.StructArray.from_arrays([flat, flat], names=["m", "n"], mask=mask)
  fixed = pa.FixedSizeListArray.from_arrays(flat, 2)
  return pa.table({
    "flat": flat.slice(7, 1400), "lists": lists.slice(3, 1400), "members": members.slice(9, 1400),
    "fixed": fixed.slice(11, 1400), "listed": pa.ListArray.from_arrays(offsets, members).slice(1, 1400),
  })


@pytest.mark.parametrize(("type_", "values"), VALUES, ids=[str(type_) for type_, _ in VALUES])
def test_each_type_sliced_and_nested(raw, oracle, name, type_: pa.DataType, values: list):
  """Rows that don't begin where the buffers do, inside of lists and structs too."""
  flat = column(type_, values, 3000)
  if pa.types.is_dictionary(type_) or isinstance(type_, pa.BaseExtensionType):
    check(raw, oracle, name, pa.table({"x": flat.slice(5, 2101)}))
    return
  rows = sliced_and_nested(flat)
  if pa.types.is_run_end_encoded(type_):
    # DuckDB's own import takes no runs inside of structs.
    same = sliced_and_nested(pa.compute.run_end_decode(flat))
  else:
    same = rows
  # DuckDB's own import takes wrong rows of slices of nested slices: it gets them laid out anew.
  sink = pa.BufferOutputStream()
  with pa.ipc.new_stream(sink, same.schema) as writer:
    writer.write_table(same)
  check(raw, oracle, name, rows, pa.ipc.open_stream(sink.getvalue()).read_all())


def test_types_that_only_this_server_takes(raw, name):
  """Where DuckDB's own import fails, the values speak for themselves."""
  members = [pa.array([1, None, 3], pa.int32()), pa.array(["x", "y", None])]
  tags = pa.array([0, 1, 0, 1, 1], pa.int8())
  sparse = [pa.array([1, 0, None, 0, 0], pa.int32()), pa.array(["-", "a", "-", "b" * 20, None])]
  rows = pa.table({
    "half": pa.array([1.5, -0.0, None, 65504, float("nan")], pa.float16()),
    "wide": pa.array([D("1.25"), None, D("-" + "9" * 27 + ".00"), D(0), D(1)], pa.decimal256(30, 2)),
    "dense": pa.UnionArray.from_dense(
      tags, pa.array([0, 0, 1, 1, 2], pa.int32()), members, ["i", "s"]
    ),
    "sparse": pa.UnionArray.from_sparse(tags, sparse, ["i", "s"]),
    "zero": pa.array([[], None, [], [], []], pa.list_(pa.int8(), 0)),
    "large": pa.array([[1] * 20_000, None, [2] * 20_000, None, None], pa.list_(pa.int8(), 20_000)),
    "runs": pa.ListArray.from_arrays(
      pa.array([0, 2, 2, 5, 6, 7], pa.int32()),
      pa.compute.run_end_encode(pa.array(["a", "a", None, "b", "b", "b", "c" * 20])),
    ),
    "none": pa.array([[None], None, [], [None, None], []], pa.list_(pa.null())),
  })
  assert ingest(raw, Command.ingest(name), rows) == 5
  assert dict(raw.rows(f"SELECT column_name, column_type FROM (DESCRIBE {name})")) == {
    "half": "FLOAT", "wide": "DECIMAL(30,2)", "dense": "UNION(i INTEGER, s VARCHAR)",
    "sparse": "UNION(i INTEGER, s VARCHAR)", "zero": "TINYINT[]", "large": "TINYINT[20000]",
    "runs": "VARCHAR[]", "none": "INTEGER[]",
  }
  found = raw.query(
    f"SELECT half::VARCHAR h, wide, dense::VARCHAR d, union_tag(dense)::VARCHAR t, "
    f"sparse::VARCHAR s, zero, list_sum(large::TINYINT[]) l, runs, none FROM {name}"
  ).to_pydict()
  assert found == {
    "h": ["1.5", "-0.0", None, "65504.0", "nan"],
    "wide": [D("1.25"), None, D("-" + "9" * 27 + ".00"), D("0.00"), D("1.00")],
    "d": ["1", "x", "NULL", "y", "NULL"], "t": ["i", "s", "i", "s", "s"],
    "s": ["1", "a", "NULL", "b" * 20, "NULL"], "zero": [[], None, [], [], []],
    "l": [20_000, None, 40_000, None, None],
    "runs": [["a", "a"], [], [None, "b", "b"], ["b"], ["c" * 20]],
    "none": [[None], None, [], [None, None], []],
  }


def test_dictionaries_that_grow_or_change(raw, name):
  """Deltas, replacements, and batches that share what came before."""
  words = [f"word {i} of more than twelve bytes" for i in range(3000)]
  batches = [
    pa.record_batch({
      "d": pa.DictionaryArray.from_arrays(
        pa.array([i if i % 5 else None for i in range(size)], pa.int32()), pa.array(words[:size])
      ),
      "n": pa.DictionaryArray.from_arrays(
        pa.array(range(size), pa.int32()), pa.array([[w] for w in words[:size]])
      ),
    })
    for size in (1000, 2000, 3000)
  ]
  rows = pa.Table.from_batches(batches)
  expected = [(row["d"], row["n"]) for batch in batches for row in batch.to_pylist()]
  for options in ({}, {"emit_dictionary_deltas": True}):
    assert ingest(raw, Command.ingest(name, if_exists=REPLACE), rows, **options) == 6000
    assert raw.rows(f"FROM {name}") == expected


def test_a_large_dictionary_costs_once(raw, name):
  """A million values, and as many rows that refer to them from the end."""
  count = 1_000_000
  values = pa.array([f"value {i}" for i in range(count)])
  indices = pa.array(range(count - 1, -1, -1), pa.int32())
  rows = pa.table({"d": pa.DictionaryArray.from_arrays(indices, values)})
  parts = ingest(raw, Command.ingest(name), rows)
  assert parts == count
  assert raw.rows(f"SELECT count(DISTINCT d), any_value(d) FROM {name} LIMIT 1")[0][0] == count


def test_runs_of_any_length(raw, name):
  runs = pa.RunEndEncodedArray.from_arrays(
    pa.array([1, 5000, 5001, 3_000_000], pa.int32()), pa.array(["a", None, "b", "c" * 20])
  )
  assert ingest(raw, Command.ingest(name), pa.table({"r": runs})) == 3_000_000
  assert raw.rows(f"SELECT r, count(*) FROM {name} GROUP BY r ORDER BY r NULLS FIRST") == [
    (None, 4999), ("a", 1), ("b", 1), ("c" * 20, 2_994_999)
  ]


@pytest.mark.parametrize(
  ("array", "words"),
  [
    (pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.utf8(), pa.int32())), "twice"),
    (pa.array([[((1, None), 1), ((1, None), 2)]], pa.map_(pa.list_(pa.int8()), pa.int32())), "twice"),
    (pa.array([1 << 62], pa.timestamp("s", "UTC")), "far from 1970"),
    (pa.array([-(1 << 62)], pa.duration("s")), "far from 1970"),
    (pa.array([1 << 62], pa.int64()).view(pa.date64()), "far from 1970"),
    (pa.json_().wrap_array(pa.array(["{"])), "JSON"),
  ],
  ids=["map", "map of lists", "timestamp", "duration", "date", "json"],
)
def test_values_that_duckdb_cannot_hold(raw, name, array: pa.Array, words: str):
  status, text = ingest_refusal(raw, Command.ingest(name), pa.table({"x": array}))
  assert status.name == "INVALID_ARGUMENT" and words in text
  assert raw.rows(f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{name}'") == [(0,)]


def runs_of(value: pa.Array, count: int) -> pa.Array:
  return pa.RunEndEncodedArray.from_arrays(pa.array([count], pa.int32()), value)


@pytest.mark.parametrize(
  "count", [1 << 31, 200_000_000, (1 << 25) + 1], ids=["most", "many", "one too many"]
)
@pytest.mark.parametrize("nested", [False, True], ids=["keys", "keys that are lists"])
def test_keys_of_maps_that_take_no_bytes_are_limited(raw, name, count: int, nested: bool):
  """A message of a few hundred bytes means gigabytes otherwise."""
  count = min(count, (1 << 31) - 1)
  keys = runs_of(pa.array([7]), count)
  if nested: keys = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), keys)
  offsets = pa.array([0, len(keys)], pa.int32())
  maps = pa.MapArray.from_arrays(offsets, keys, pa.nulls(len(keys)))
  status, text = ingest_refusal(raw, Command.ingest(name), pa.table({"m": maps}))
  assert status.name == "RESOURCE_EXHAUSTED" and "row element limit" in text
  assert raw.rows("SELECT 42") == [(42,)]


def test_keys_of_maps_that_share_their_bytes(raw, name):
  """Each is a view of nearly the whole text."""
  text = b"x" * (1 << 16)
  views = b"".join(
    struct.pack("<i4sii", len(text) - i, text[:4], 0, 0) for i in range(1000)
  )
  keys = pa.Array.from_buffers(
    pa.binary_view(), 1000, [None, pa.py_buffer(views), pa.py_buffer(text)]
  )
  maps = pa.MapArray.from_arrays(pa.array([0, 1000], pa.int32()), keys, pa.nulls(1000, pa.int8()))
  assert ingest(raw, Command.ingest(name), pa.table({"m": maps})) == 1
  assert raw.rows(f"SELECT cardinality(m), octet_length(map_keys(m)[1000]) FROM {name}") == [
    (1000, len(text) - 999)
  ]


@pytest.mark.parametrize("row_count", [0, 1, 2048, 2049, 6000])
def test_what_the_server_sends_it_takes_back(raw, name, row_count: int):
  """A result of every type, ingested into a table with the result's own types."""
  sql = select(COLUMNS, row_count)
  rows = raw.query(sql)
  raw.update(Command.update(f"CREATE TABLE {name} AS {sql} LIMIT 0"))
  assert ingest(raw, Command.ingest(name, if_exists=2), rows) == row_count
  assert_equal(raw.query(f"FROM {name}"), rows)


@pytest.mark.parametrize(
  ("type_", "values", "reason"),
  [
    (pa.timestamp("ns", "UTC"), [2000, None, 1001], "1001 ns is not a whole number of microseconds"),
    (pa.duration("ns"), [-1], "-1 ns is not a whole number of microseconds"),
    (pa.month_day_nano_interval(), [pa.MonthDayNano([1, 2, 999])], "999 ns is not a whole number"),
    (pa.date32(), [0, -(1 << 31)], "A date is too far from 1970 for DuckDB: -2147483648"),
    (pa.date64(), [-(1 << 31) * 86_400_000], "A date is too far from 1970 for DuckDB"),
  ],
  ids=lambda value: str(value) if isinstance(value, pa.DataType) else "",
)
def test_what_duckdb_cannot_keep_exactly_is_refused(raw, name, type_, values, reason: str):
  """DuckDB's own import rounds, and takes a date that a lake's table can't be read with."""
  rows = pa.table({"x": pa.array(values, type_)})
  code, details = ingest_refusal(raw, Command.ingest(name), rows)
  assert code == grpc.StatusCode.INVALID_ARGUMENT
  assert 'Column "x"' in details and reason in details


def test_what_a_null_hides_is_not_looked_at(raw, name):
  hidden = pa.array([1, -(1 << 31)], pa.int32()).buffers()[1]
  dates = pa.Array.from_buffers(pa.date32(), 2, [pa.array([True, None]).buffers()[0], hidden])
  assert ingest(raw, Command.ingest(name), pa.table({"x": dates})) == 2
  assert raw.rows(f"FROM {name}") == [(datetime.date(1970, 1, 2),), (None,)]
