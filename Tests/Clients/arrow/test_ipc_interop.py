"""Our IPC decoder and encoder against Arrow C++.

`ArrowRoundTrip` decodes the stream it is given and encodes it anew; pyarrow must then read the same
schema and the same rows. Its path is taken from ARROW_ROUND_TRIP, else it is the newest build.
"""

import ctypes
import datetime
import decimal
import functools
import io
import os
import pathlib
import random
import subprocess

import pyarrow as pa
import pyarrow.compute as pc
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]


@functools.cache
def program():
  if chosen := os.environ.get("ARROW_ROUND_TRIP"):
    return pathlib.Path(chosen)
  builds = [ROOT / ".build" / kind / "ArrowRoundTrip" for kind in ("release", "debug")]
  built = [path for path in builds if path.exists()]
  assert built, "no ArrowRoundTrip: run `swift build -c release --product ArrowRoundTrip`"
  return max(built, key=lambda path: path.stat().st_mtime)


ROW_COUNTS = [0, 1, 7, 8, 9, 2048, 2049]


def stream_of(batches, schema, **options):
  sink = io.BytesIO()
  with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
    for batch in batches:
      writer.write_batch(batch)
  return sink.getvalue()


def run(stream):
  return subprocess.run([program()], input=stream, capture_output=True, timeout=120)


def round_trip(batches, schema, **options):
  """The batches as pyarrow reads them from our encoder."""
  result = run(stream_of(batches, schema, **options))
  assert result.returncode == 0, result.stderr.decode()
  with pa.ipc.open_stream(result.stdout) as reader:
    assert reader.schema.equals(schema, check_metadata=True)
    return list(reader)


def check(batches, schema, **options):
  returned = round_trip(batches, schema, **options)
  assert len(returned) == len(batches)
  for batch, expected in zip(returned, batches):
    batch.validate(full=True)
    assert batch.num_rows == expected.num_rows
    for column, wanted in zip(batch.columns, expected.columns):
      assert column.equals(wanted) or column.to_pylist() == wanted.to_pylist()


def check_array(array):
  batch = pa.record_batch([array], names=["column"])
  check([batch], batch.schema)


# Values of each type; None is put among them.

UTC = datetime.timezone.utc
VALUES = {
  pa.null(): [None],
  pa.bool_(): [True, False],
  pa.int8(): [-128, 0, 127],
  pa.int16(): [-32768, 0, 32767],
  pa.int32(): [-(2**31), 0, 2**31 - 1],
  pa.int64(): [-(2**63), 0, 2**63 - 1],
  pa.uint8(): [0, 255],
  pa.uint16(): [0, 65535],
  pa.uint32(): [0, 2**32 - 1],
  pa.uint64(): [0, 2**64 - 1],
  pa.float16(): [0.0, 1.5, -2.0, float("inf")],
  pa.float32(): [0.0, 1.5, float("-inf")],
  pa.float64(): [0.0, 1e300, float("inf")],
  pa.utf8(): ["", "short", "grüße, 世界", "🦆" * 20],
  pa.large_utf8(): ["", "short", "grüße, 世界", "🦆" * 20],
  pa.string_view(): ["", "short", "twelve bytes", "thirteen byte", "🦆" * 20],
  pa.binary(): [b"", b"\x00\xff", b"x" * 100],
  pa.large_binary(): [b"", b"\x00\xff", b"x" * 100],
  pa.binary_view(): [b"", b"\x00\xff", b"x" * 100, b"\xff" * 13],
  pa.binary(5): [b"12345", b"\x00\xff\x00\xff\x00"],
  pa.binary(0): [b""],
  pa.decimal32(9, 3): [decimal.Decimal("999999.999"), decimal.Decimal("-0.001")],
  pa.decimal64(18, 0): [decimal.Decimal("9" * 18), decimal.Decimal("-" + "9" * 18)],
  pa.decimal128(38, 10): [decimal.Decimal("9" * 28 + "." + "9" * 10), decimal.Decimal(0)],
  pa.decimal128(5, -2): [decimal.Decimal("12300"), decimal.Decimal("-99999") * 100],
  pa.decimal256(76, 4): [decimal.Decimal("9" * 72 + "." + "9" * 4), decimal.Decimal("-1")],
  pa.date32(): [datetime.date(1, 1, 1), datetime.date(9999, 12, 31)],
  pa.date64(): [datetime.date(1970, 1, 1), datetime.date(9999, 12, 31)],
  pa.time32("s"): [datetime.time(0), datetime.time(23, 59, 59)],
  pa.time32("ms"): [datetime.time(0), datetime.time(23, 59, 59, 999000)],
  pa.time64("us"): [datetime.time(0), datetime.time(23, 59, 59, 999999)],
  pa.time64("ns"): [datetime.time(0), datetime.time(23, 59, 59, 999999)],
  pa.timestamp("s"): [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)],
  pa.timestamp("ms"): [datetime.datetime(2000, 1, 1)],
  pa.timestamp("us", "UTC"): [datetime.datetime(2000, 1, 1, tzinfo=UTC)],
  pa.timestamp("ns", "Europe/Berlin"): [datetime.datetime(2000, 7, 1, tzinfo=UTC)],
  pa.duration("s"): [datetime.timedelta(days=-1)],
  pa.duration("ms"): [datetime.timedelta(milliseconds=5)],
  pa.duration("us"): [datetime.timedelta(microseconds=5)],
  pa.duration("ns"): [datetime.timedelta(seconds=5)],
  pa.month_day_nano_interval(): [pa.MonthDayNano([1, -2, 3]), pa.MonthDayNano([0, 0, -1])],
  pa.list_(pa.int32()): [[], [1, None, 2], [3]],
  pa.large_list(pa.utf8()): [[], ["a", None], ["b"]],
  pa.list_view(pa.int16()): [[], [1, None, 2], [3]],
  pa.large_list_view(pa.utf8()): [[], ["a", None], ["b"]],
  pa.list_(pa.int8(), 3): [[1, 2, None], [4, 5, 6]],
  pa.list_(pa.int8(), 0): [[]],
  pa.struct([]): [{}],
  pa.struct([("a", pa.int32()), ("b", pa.list_(pa.utf8()))]): [
    {"a": 1, "b": ["x", None]},
    {"a": None, "b": None},
  ],
  pa.map_(pa.utf8(), pa.int64()): [[], [("k", 1), ("l", None)]],
  pa.map_(pa.int32(), pa.list_(pa.utf8()), keys_sorted=True): [[(1, ["x"]), (2, None)]],
  pa.list_(pa.list_(pa.struct([("m", pa.map_(pa.utf8(), pa.list_(pa.int8())))]))): [
    [],
    [None, [], [None, {"m": [("k", [1, None])]}]],
  ],
  pa.bool8(): [True, False],
  pa.uuid(): [b"0123456789abcdef"],
  pa.json_(): ['{"a": 1}'],
  pa.opaque(pa.int32(), "BIT", "duckdb"): [1, 2],
}


def values(type_, row_count, generator):
  choices = VALUES[type_]
  return [
    None if generator.random() < 0.2 else generator.choice(choices) for _ in range(row_count)
  ]


def array(type_, row_count, generator):
  rows = values(type_, row_count, generator)
  return built(rows, type_)


def built(rows, type_):
  if isinstance(type_, pa.Bool8Type):
    rows = [None if row is None else int(row) for row in rows]
  if isinstance(type_, pa.BaseExtensionType):
    return pa.ExtensionArray.from_storage(type_, pa.array(rows, type_.storage_type))
  return pa.array(rows, type_)


@pytest.mark.parametrize("type_", VALUES, ids=str)
def test_a_type_survives_at_all_row_counts(type_):
  generator = random.Random(str(type_))
  schema = pa.schema([pa.field("column", type_)])
  check([pa.record_batch([array(type_, n, generator)], schema=schema) for n in ROW_COUNTS], schema)


@pytest.mark.parametrize("type_", VALUES, ids=str)
def test_a_sliced_array_survives(type_):
  whole = array(type_, 100, random.Random(1))
  check_array(whole.slice(13, 41))


@pytest.mark.parametrize("type_", [type_ for type_ in VALUES if type_ != pa.null()], ids=str)
def test_a_type_without_nulls_survives(type_):
  check_array(built(VALUES[type_] * 3, type_))


def test_all_types_survive_in_one_batch():
  generator = random.Random(2)
  fields = [pa.field(f"c{i}: {type_}", type_) for i, type_ in enumerate(VALUES)]
  schema = pa.schema(fields, metadata={"made by": "pyarrow", "empty": "", "größe": "groß"})
  batches = [
    pa.record_batch([array(type_, n, generator) for type_ in VALUES], schema=schema)
    for n in (0, 9, 2049)
  ]
  check(batches, schema)
  check(batches, schema, metadata_version=pa.ipc.MetadataVersion.V4)


def test_metadata_and_nullability_survive():
  inner = pa.field("item", pa.int32(), nullable=False, metadata={"inner": "1"})
  schema = pa.schema(
    [
      pa.field("", pa.list_(inner), nullable=False, metadata={"PARQUET:field_id": "7"}),
      pa.field("same", pa.int8()),
      pa.field("same", pa.utf8(), metadata={"a": "b", "c": "d"}),
    ],
    metadata={"k" * 300: "v" * 3000},
  )
  batch = pa.record_batch(
    [pa.array([[1]], schema[0].type), pa.array([1], pa.int8()), pa.array(["x"])], schema=schema
  )
  check([batch], schema)


def test_a_schema_without_columns_survives():
  schema = pa.schema([])
  check([], schema)
  check([pa.RecordBatch.from_struct_array(pa.array([{}] * 5, pa.struct([])))], schema)


@pytest.mark.parametrize("row_count", ROW_COUNTS)
def test_unions_survive(row_count):
  generator = random.Random(row_count)
  ids = [generator.choice([5, 0]) for _ in range(row_count)]
  types = pa.array(ids, pa.int8())
  numbers = array(pa.int32(), row_count, generator)
  words = array(pa.utf8(), row_count, generator)
  check_array(pa.UnionArray.from_sparse(types, [numbers, words], ["i", "s"], [5, 0]))
  offsets = pa.array([row // 2 for row in range(row_count)], pa.int32())
  check_array(pa.UnionArray.from_dense(types, offsets, [numbers, words], ["i", "s"], [5, 0]))


@pytest.mark.parametrize("run_ends", [pa.int16(), pa.int32(), pa.int64()], ids=str)
@pytest.mark.parametrize("row_count", ROW_COUNTS)
def test_run_end_encoded_arrays_survive(run_ends, row_count):
  rows = [None if i // 5 % 3 == 2 else f"run {i // 5}" for i in range(row_count)]
  encoded = pc.run_end_encode(pa.array(rows, pa.utf8()), run_end_type=run_ends)
  check_array(encoded)
  check_array(pa.StructArray.from_arrays([encoded], names=["nested"]))


INDEX_TYPES = [pa.int8(), pa.int16(), pa.int32(), pa.int64()]
INDEX_TYPES += [pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


@pytest.mark.parametrize("index_type", INDEX_TYPES, ids=str)
@pytest.mark.parametrize("ordered", [False, True])
def test_dictionaries_survive(index_type, ordered):
  type_ = pa.dictionary(index_type, pa.utf8(), ordered=ordered)
  for row_count in ROW_COUNTS:
    rows = [None if i % 7 == 3 else i % 5 for i in range(row_count)]
    words = pa.array(["a", "b", None, "d", "eeeeeeeeeeeeeeeeee"])
    indices = pa.array(rows, index_type)
    check_array(pa.DictionaryArray.from_arrays(indices, words, ordered=ordered))
  check_array(pa.array([None, None], type_))


def test_dictionaries_inside_dictionaries_survive():
  inner = pa.array(["x", "y", "x", None]).dictionary_encode()
  lists = pa.ListArray.from_arrays(pa.array([0, 2, 3, 4]), inner)
  outer = pa.DictionaryArray.from_arrays(pa.array([2, None, 0, 1, 0]), lists)
  check_array(outer)
  other = pa.array(["p"] * 5).dictionary_encode()
  check_array(pa.StructArray.from_arrays([outer, other], ["a", "b"]))


@pytest.mark.parametrize("deltas", [False, True])
def test_dictionaries_that_change_survive(deltas):
  schema = pa.schema([pa.field("d", pa.dictionary(pa.int32(), pa.utf8()))])
  words = ["a", "b"]
  batches = []
  for i in range(10):
    words = words + [f"word {i}"] if i != 5 else ["anew"]
    indices = pa.array([None] + list(range(len(words))), pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(words))
    batches.append(pa.record_batch([column], schema=schema))
  check(batches, schema, emit_dictionary_deltas=deltas)


def test_views_with_several_buffers_survive():
  parts = [pa.array([f"a string of part {i}, row {j}" for j in range(50)]) for i in range(5)]
  views = [part.cast(pa.string_view()) for part in parts]
  whole = pa.concat_arrays(views + views)
  check_array(whole)
  check_array(whole.slice(70, 300))


class ArrowSchema(ctypes.Structure):
  """The C data interface's description of a type."""

  _fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
  ]


@ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowSchema))
def release(schema):
  schema.contents.release = None


@pytest.mark.parametrize("format", [b"tiM", b"tiD"])
def test_intervals_that_python_has_no_values_for_survive(format):
  pointer = ctypes.cast(release, ctypes.c_void_p)
  description = ArrowSchema(format=format, name=b"", flags=2, release=pointer)
  type_ = pa.DataType._import_from_c(ctypes.addressof(description))
  check([], pa.schema([pa.field("column", type_), pa.field("list", pa.list_(type_))]))


def test_a_wide_table_survives():
  names = [f"column {i}" for i in range(3000)]
  batch = pa.record_batch([pa.array([i, None]) for i in range(3000)], names)
  check([batch], batch.schema)


def test_deep_nesting_survives():
  rows, type_ = 1, pa.int32()
  for _ in range(40):
    rows, type_ = [rows, None], pa.list_(type_)
  check_array(pa.array([rows, None], type_))


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_compressed_bodies_are_refused_clearly(codec):
  batch = pa.record_batch([pa.array(range(1000))], ["column"])
  result = run(stream_of([batch], batch.schema, compression=codec))
  assert result.returncode == 1
  assert b"ompress" in result.stderr


@pytest.mark.parametrize("seed", range(40))
def test_random_nested_tables_survive(seed):
  generator = random.Random(seed)
  flat = [t for t in VALUES if not pa.types.is_nested(t)]
  flat = [t for t in flat if not isinstance(t, pa.BaseExtensionType)]

  def nested(row_count, depth):
    kind = generator.randrange(7) if depth else 0
    if kind == 1:
      child = nested(row_count, depth - 1)
      return pa.StructArray.from_arrays([child, nested(row_count, 0)], ["x", "y"])
    if kind in (2, 3, 4):
      child_count = generator.randrange(2 * row_count + 1)
      cuts = sorted(generator.randrange(child_count + 1) for _ in range(row_count - 1))
      offsets = ([0] + cuts + [child_count]) if row_count else [0]
      child = nested(offsets[-1], depth - 1)
      mask = pa.array([generator.random() < 0.2 for _ in range(row_count)], pa.bool_())
      if kind == 2:
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), child, mask=mask)
      if kind == 3:
        offsets = pa.array(offsets, pa.int64())
        return pa.LargeListArray.from_arrays(offsets, child, mask=mask)
      keys = pa.array([f"key {i}" for i in range(len(child))], pa.utf8())
      return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, child)
    if kind == 5:
      size = generator.randrange(4)
      child = nested(size * row_count, depth - 1)
      if size:
        return pa.FixedSizeListArray.from_arrays(child, size)
    return array(generator.choice(flat), row_count, generator)

  row_count = generator.choice(ROW_COUNTS[:5])
  columns = [nested(row_count, 5) for _ in range(6)]
  batch = pa.record_batch(columns, [f"c{i}" for i in range(6)])
  check([batch], batch.schema)


@pytest.mark.parametrize("seed", range(4))
def test_damage_that_is_let_through_is_valid_arrow(seed):
  generator = random.Random(seed)
  types = [type_ for type_ in VALUES if not isinstance(type_, pa.BaseExtensionType)]
  # Arrow's own rules are stricter here: a date of milliseconds is a whole number of days.
  types = [type_ for type_ in types if type_ != pa.date64()]
  chosen = generator.sample(types, 12)
  batch = pa.record_batch([array(t, 9, generator) for t in chosen], [str(t) for t in chosen])
  stream = stream_of([batch], batch.schema)
  accepted = 0
  for _ in range(60):
    damaged = bytearray(stream)
    damaged[generator.randrange(len(stream))] ^= 1 << generator.randrange(8)
    result = run(bytes(damaged))
    assert result.returncode in (0, 1), result.stderr.decode()
    if result.returncode == 0:
      with pa.ipc.open_stream(result.stdout) as reader:
        for returned in reader:
          returned.validate(full=True)
          accepted += 1
  assert accepted > 0
