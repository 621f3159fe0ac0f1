"""A column of every type, generated from the row number `i`, with NULLs in between.

`sql` is what the server is asked for. `expected` is what DuckDB in this process is asked for: the
same, but for the types in `TRAVELS_AS`.
"""

from __future__ import annotations

from dataclasses import dataclass


# Where the server deliberately differs from DuckDB's own export to Arrow: it promises the text that
# DuckDB itself would print. The export gives BIT as bare bytes, TIMETZ without its offset, BIGNUM
# as bytes of DuckDB's own format, and ENUM as a dictionary, of which JDBC shows the indices.
TRAVELS_AS = {"BIT": "VARCHAR", "TIMETZ": "VARCHAR", "BIGNUM": "VARCHAR", "ENUM": "VARCHAR"}


@dataclass(frozen=True)
class Column:
  name: str
  sql: str
  expected: str

  def __str__(self) -> str:
    return self.name


def select(columns: list[Column], row_count: int, *, expected: bool = False) -> str:
  parts = (f"{c.expected if expected else c.sql} AS {c.name}" for c in columns)
  return f"SELECT {', '.join(parts)} FROM range({row_count}) AS rows(i)"


def _column(name: str, sql: str, cast: str | None = None, type_name: str | None = None) -> Column:
  """`cast` is what the expected value is cast to, `type_name` what the value itself is cast to."""
  sql = f"CASE WHEN i % 5 = 3 THEN NULL ELSE {sql} END"
  if type_name:
    sql = f"({sql})::{type_name}"
  return Column(name, sql, f"({sql})::{cast}" if cast else sql)


_SIGN = "(CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END)"
_MICROSECONDS = "(hash(i) % 4000000000000000)::BIGINT - 1000000000000000"
_MEMBERS = ", ".join(f"'member {n}'" for n in range(300))
_UNION = "UNION(number BIGINT, name VARCHAR)"


def _integer(bits: int) -> str:
  return f"((hash(i) % {1 << bits})::HUGEINT - {1 << (bits - 1)})"


def _decimal(width: int, scale: int) -> str:
  return f"({_SIGN} * (hash(i)::HUGEINT * 1000003 % {10**width}) / {10**scale}::DECIMAL(38, 0))"


COLUMNS = [
  _column("boolean", "hash(i) % 2 = 0"),
  _column("tinyint", f"{_integer(8)}::TINYINT"),
  _column("smallint", f"{_integer(16)}::SMALLINT"),
  _column("integer", f"{_integer(32)}::INTEGER"),
  _column("bigint", f"(hash(i)::HUGEINT - {1 << 63})::BIGINT"),
  _column("utinyint", "(hash(i) % 256)::UTINYINT"),
  _column("usmallint", "(hash(i) % 65536)::USMALLINT"),
  _column("uinteger", f"(hash(i) % {1 << 32})::UINTEGER"),
  _column("ubigint", "hash(i)"),
  _column("hugeint", f"{_SIGN} * (hash(i)::HUGEINT * (hash(i + 1) % 1000000000000000000))"),
  _column("uhugeint", "hash(i)::UHUGEINT * (hash(i + 1) % 1000000000000000000)::UHUGEINT"),
  _column(
    "float",
    f"(CASE i % 7 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' WHEN 2 THEN '-0' ELSE {_SIGN} * "
    "hash(i) / 1e9 END)::FLOAT",
  ),
  _column(
    "double",
    f"(CASE i % 7 WHEN 0 THEN 'nan' WHEN 1 THEN 'inf' WHEN 2 THEN '-0' ELSE {_SIGN} * "
    "hash(i) / 1e9 END)::DOUBLE",
  ),
  _column("decimal_4_1", f"({_SIGN} * (hash(i) % 9999)::INTEGER / 10)::DECIMAL(4, 1)"),
  _column("decimal_9_2", f"({_SIGN} * (hash(i) % 999999999)::BIGINT / 100)::DECIMAL(9, 2)"),
  _column("decimal_18_6", f"({_SIGN} * (hash(i) % 99999999999)::BIGINT / 1000)::DECIMAL(18, 6)"),
  _column("decimal_38_10", f"({_SIGN} * (hash(i)::HUGEINT * 1000003))::DECIMAL(38, 10)"),
  _column(
    "varchar",
    "CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'row ' || i WHEN 2 THEN repeat('naïve ☃ ', (i % "
    "50)::INTEGER) ELSE 'a' || chr(0) || 'b' || i END",
  ),
  _column("blob", "unhex(md5(i::VARCHAR) || repeat('00FF', (i % 20)::INTEGER))"),
  _column("bit", "bin(hash(i) % 100000)::BIT", TRAVELS_AS["BIT"]),
  _column(
    "date",
    "CASE WHEN i % 97 = 0 THEN 'infinity'::DATE ELSE DATE '1970-01-01' + ((hash(i) % "
    "800000)::INTEGER - 400000) END",
  ),
  _column("time", "TIME '00:00:00' + to_microseconds((hash(i) % 86400000000)::BIGINT)"),
  _column(
    "timetz",
    "format('{:02d}:{:02d}:{:02d}.{:06d}{}{:02d}:{:02d}', i % 24, i % 60, (i // 60) % 60, "
    "hash(i) % 1000000, CASE WHEN i % 2 = 0 THEN '+' ELSE '-' END, i % 15, i % 4 * "
    "15)::TIMETZ",
    TRAVELS_AS["TIMETZ"],
  ),
  _column(
    "time_ns",
    "format('{:02d}:{:02d}:{:02d}.{:09d}', i % 24, i % 60, (i // 60) % 60, hash(i) % "
    "1000000000)::TIME_NS",
  ),
  _column("timestamp_s", f"make_timestamp({_MICROSECONDS})::TIMESTAMP_S"),
  _column("timestamp_ms", f"make_timestamp({_MICROSECONDS})::TIMESTAMP_MS"),
  _column("timestamp_us", f"make_timestamp({_MICROSECONDS})"),
  _column("timestamp_ns", f"make_timestamp_ns(({_MICROSECONDS}) * 1000 + i % 1000)"),
  _column("timestamptz", f"make_timestamp({_MICROSECONDS})::TIMESTAMPTZ"),
  _column(
    "interval_",
    f"to_months((i % 100)::INTEGER) - to_days((i % 77)::INTEGER) + to_microseconds({_SIGN} "
    "* (hash(i) % 1000000000000)::BIGINT)",
  ),
  _column("uuid", "md5(i::VARCHAR)::UUID"),
  _column(
    "enum_",
    "(CASE i % 3 WHEN 0 THEN 'sad' WHEN 1 THEN 'ok' ELSE 'happy' END)::ENUM('sad', 'ok', "
    "'happy')",
    TRAVELS_AS["ENUM"],
  ),
  _column("large_enum", f"('member ' || i % 300)::ENUM({_MEMBERS})", TRAVELS_AS["ENUM"]),
  _column("json", "('{\"row\": ' || i || '}')::JSON"),
  _column(
    "bignum",
    "(CASE WHEN i % 2 = 0 THEN '' ELSE '-' END || (1 + i % 9) || repeat('7', (i % "
    "60)::INTEGER))::BIGNUM",
    TRAVELS_AS["BIGNUM"],
  ),
  _column(
    "list_integer",
    "CASE i % 3 WHEN 0 THEN [] ELSE list_transform(range(i % 7), lambda x: CASE WHEN x = 2 "
    "THEN NULL ELSE (x * i)::INTEGER END) END",
  ),
  _column(
    "list_varchar",
    "list_transform(range(i % 6), lambda x: CASE WHEN x = 1 THEN NULL ELSE repeat('v' || "
    "x, (i % 9)::INTEGER) END)",
  ),
  _column(
    "list_list",
    "list_transform(range(i % 4), lambda x: CASE WHEN x = 2 THEN NULL ELSE range(x) END)",
  ),
  _column(
    "list_enum",
    "list_transform(range(i % 4), lambda x: (CASE WHEN x = 1 THEN NULL ELSE 'ok' "
    "END)::ENUM('sad', 'ok'))",
    TRAVELS_AS["ENUM"] + "[]",
  ),
  _column("array_integer", "[i, NULL, i * 2]", type_name="INTEGER[3]"),
  _column(
    "array_varchar",
    "['row ' || i, repeat('long ', (i % 5)::INTEGER)]",
    type_name="VARCHAR[2]",
  ),
  _column(
    "struct_",
    "{'a': i, 'b': CASE WHEN i % 2 = 0 THEN NULL ELSE 'row ' || i END, 'c': {'d': "
    "i::DOUBLE}}",
  ),
  _column("map_", "MAP {'first': i, 'second ' || i: NULL}"),
  _column(
    "union_",
    f"CASE WHEN i % 2 = 0 THEN union_value(number := i)::{_UNION} ELSE union_value(name := "
    f"'row ' || i)::{_UNION} END",
  ),
  _column(
    "deep",
    "list_transform(range(i % 3), lambda x: {'m': MAP {x: [{'s': [CASE WHEN x = 1 THEN "
    "NULL ELSE 'deep ' || i END], 'n': NULL::DECIMAL(10, 2)}]}})",
  ),
]
