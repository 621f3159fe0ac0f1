"""What the server says of itself and of its types."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import grpc
import pytest

from support.flightsql import Command, RawClient, any_message
from support.metadata import fetch, get_sql_info, get_xdbc_type_info, rows
from support.protobuf import message

ALL_IDS = [*range(12), 100, 101, *range(500, 577)]

# The members of the union, by type id, and the ids that answer with them.
KINDS = {
  0: {0, 1, 2, 6, 7, 504, 513, 514, 529, 530, 531},
  1: {
    3, 4, 5, 9, 10, 11, 500, 501, 502, 506, 515, 516, 518, 519, 520, 521, 523, 524, 527, 532, 536,
    537, 539, 556, 563, 565, 566, 572, 573, 574, 575, 576,
  },
  2: {503, 505, 507, *range(541, 556), *range(557, 563)},
  3: {8, 100, 101, 522, 525, 526, 528, 533, 534, 535, 538, 540, 564, *range(567, 572)},
  4: {508, 509, 510, 511, 512},
  5: {517},
}

# SqlSupportsConvert in order, each with a type of DuckDB's and values worth casting.
CONVERTIBLE = [
  ("BIGINT", ["1::BIGINT"]), ("BLOB", ["'12345678'::BLOB"]), ("BOOLEAN", ["true"]),
  ("VARCHAR", ["'1'", "'2020-01-01 00:00:00'", "'01:02:03'"]), ("DATE", ["DATE '2020-01-01'"]),
  ("DECIMAL(18, 3)", ["1::DECIMAL(18, 3)"]), ("DOUBLE", ["1::DOUBLE"]), ("INTEGER", ["1"]),
  ("INTERVAL", ["INTERVAL 1 DAY"]), ("INTERVAL", ["INTERVAL 1 MONTH"]),
  ("BLOB", ["'12345678'::BLOB"]), ("VARCHAR", ["'1'", "'2020-01-01 00:00:00'", "'01:02:03'"]),
  ("DECIMAL(18, 3)", ["1::DECIMAL(18, 3)"]), ("FLOAT", ["1::FLOAT"]),
  ("SMALLINT", ["1::SMALLINT"]), ("TIME", ["TIME '01:02:03'"]),
  ("TIMESTAMP", ["TIMESTAMP '2020-01-01 00:00:00'"]), ("TINYINT", ["1::TINYINT"]),
  ("BLOB", ["'12345678'::BLOB"]), ("VARCHAR", ["'1'", "'2020-01-01 00:00:00'", "'01:02:03'"]),
]


def infos(raw: RawClient, *ids: int) -> dict[int, object]:
  return dict(rows(raw, get_sql_info(*ids)))


def test_every_id_is_answered_once_in_order_with_its_kind(raw):
  result = fetch(raw, get_sql_info())
  result.validate(full=True)
  assert result.column("info_name").to_pylist() == ALL_IDS
  kinds = result.column("value").combine_chunks().type_codes.to_pylist()
  assert dict(zip(ALL_IDS, kinds)) == {i: kind for kind, ids in KINDS.items() for i in ids}


def test_the_server_is_named_with_its_dialect(raw, oracle):
  (version,) = oracle.execute("SELECT version()").fetchone()
  assert infos(raw, 0, 1) == {0: "lakehouse", 1: f"duckdb {version}"}


def test_facts(raw):
  found = infos(raw)
  expected = {
    3: False, 4: True, 5: False, 8: 1, 9: True, 10: True, 11: True, 100: 3_600_000, 503: 1,
    504: '"', 505: 1, 507: 3, 513: "\\", 528: 6, 562: 3, 563: True, 564: 8, 565: False,
    566: False, 573: False,
  }
  assert {number: found[number] for number in expected} == expected


def test_times_without_use_are_those_of_the_settings(start):
  own = start("--session-idle-seconds", "1800", "--transaction-idle-seconds", "45")
  with RawClient(own.address) as raw:
    assert infos(raw, 100, 101) == {100: 1_800_000, 101: 45_000}


def test_a_statement_may_be_as_long_as_is_told(raw):
  length = infos(raw, 557)[557]
  assert length == 16_777_216
  sql = "SELECT 42 AS a".ljust(length)
  assert raw.schema_bytes(Command.query(sql))
  with pytest.raises(grpc.RpcError) as caught:
    raw.schema_bytes(Command.query(sql + " "))
  assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_isolation_level_is_not_serializable(start):
  """Two transactions each read what the other writes, and both commit."""
  own = start()
  with (
    adbc.connect(own.uri, autocommit=True) as one,
    adbc.connect(own.uri, autocommit=True) as two,
    one.cursor() as first,
    two.cursor() as second,
  ):
    first.execute("CREATE TABLE t AS SELECT unnest([1, 2]) AS k, 1 AS v")
    for cursor in (first, second):
      cursor.execute("BEGIN")
      cursor.execute("SELECT sum(v) FROM t")
      assert cursor.fetchone() == (2,)
    first.execute("UPDATE t SET v = 0 WHERE k = 1")
    second.execute("UPDATE t SET v = 0 WHERE k = 2")
    first.execute("COMMIT")
    second.execute("SELECT sum(v) FROM t")
    assert second.fetchone() == (1,)
    second.execute("COMMIT")


def test_a_read_only_server_says_so(start, tmp_path):
  path = tmp_path / "data.db"
  start("--database", str(path)).stop()
  with RawClient(start("--database", str(path), "--read-only").address) as raw:
    assert infos(raw, 3) == {3: True}


def test_words_are_duckdbs(raw, oracle):
  found = infos(raw, 508, 509, 510, 511, 512)
  words = "SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY keyword_name"
  assert found[508] == [word for (word,) in oracle.execute(words).fetchall()]
  known = {n for (n,) in oracle.execute("SELECT function_name FROM duckdb_functions()").fetchall()}
  expected = {
    509: {"abs", "sqrt", "round", "pi", "random", "mod"}, 510: {"lower", "substring", "trim"},
    511: {"version", "current_setting", "nullif"}, 512: {"now", "date_trunc", "year"},
  }
  for number, some in expected.items():
    assert some <= set(found[number]) <= known
    assert found[number] == sorted(set(found[number]))


def test_conversions_are_those_cast_can_do(raw, oracle):
  def casts(values: list[str], target: str) -> bool:
    for value in values:
      try:
        oracle.execute(f"SELECT CAST(v AS {target}) FROM (SELECT {value} AS v FROM range(1))")
        oracle.fetchall()
        return True
      except Exception:
        continue
    return False

  expected = {
    source: [
      target for target, (kind, _) in enumerate(CONVERTIBLE) if casts(values, kind)
    ]
    for source, (_, values) in enumerate(CONVERTIBLE)
  }
  assert dict(infos(raw, 517)[517]) == expected


@pytest.mark.parametrize(
  "asked, answered",
  [((8,), [8]), ((562, 0, 8, 8), [0, 8, 562]), ((12, 99, 577, 2**32 - 1), []), ((7, 9999), [7])],
)
def test_only_what_is_asked_for_is_answered(raw, asked, answered):
  assert fetch(raw, get_sql_info(*asked)).column("info_name").to_pylist() == answered


def test_ids_may_be_packed(raw):
  command = any_message("CommandGetSqlInfo", message((1, bytes([0, 8]))))
  assert [row[0] for row in rows(raw, command)] == [0, 8]


def test_adbc_reads_them(connection):
  found = connection.adbc_get_info()
  assert found["vendor_name"] == "lakehouse"
  assert found["vendor_version"].startswith("duckdb v")


# XDBC type info


def test_type_info(raw):
  result = fetch(raw, get_xdbc_type_info())
  result.validate(full=True)
  found = result.to_pylist()
  order = [(row["data_type"], row["type_name"]) for row in found]
  assert order == sorted(order) and len(set(order)) == len(order)
  kinds = {row["type_name"]: row for row in found}
  assert kinds["DECIMAL"] == {
    "type_name": "DECIMAL", "data_type": 3, "column_size": 38, "literal_prefix": None,
    "literal_suffix": None, "create_params": ["precision", "scale"], "nullable": 1,
    "case_sensitive": False, "searchable": 3, "unsigned_attribute": False,
    "fixed_prec_scale": False, "auto_increment": False, "local_type_name": "DECIMAL",
    "minimum_scale": 0, "maximum_scale": 38, "sql_data_type": 3, "datetime_subcode": None,
    "num_prec_radix": 10, "interval_precision": None,
  }
  assert (kinds["TIMESTAMP"]["sql_data_type"], kinds["TIMESTAMP"]["datetime_subcode"]) == (9, 3)
  assert kinds["UBIGINT"]["unsigned_attribute"] is True
  assert kinds["VARCHAR"]["case_sensitive"] is True


def test_every_type_of_duckdb_has_its_row(raw, oracle):
  (listed,) = oracle.execute(
    "SELECT list(DISTINCT logical_type) FROM duckdb_types() WHERE database_name = 'system'"
  ).fetchone()
  listed = {"MAP" if kind.startswith("MAP") else kind for kind in listed}
  named = {row["type_name"] for row in fetch(raw, get_xdbc_type_info()).to_pylist()}
  internal = {"NULL", '"NULL"', "TYPE", "INVALID", "ANY", "UNKNOWN"}
  assert listed - internal <= named


def test_literals_are_made_of_prefix_and_suffix(raw, oracle):
  samples = {
    "VARCHAR": "a", "TEXT": "a", "JSON": "1", "UUID": "00000000-0000-0000-0000-000000000001",
    "BIT": "101", "DATE": "2020-01-01", "TIME": "01:02:03", "TIME_NS": "01:02:03",
    "TIME WITH TIME ZONE": "01:02:03+01", "TIMESTAMP_S": "2020-01-01 01:02:03",
    "TIMESTAMP_MS": "2020-01-01 01:02:03", "TIMESTAMP": "2020-01-01 01:02:03",
    "TIMESTAMP_NS": "2020-01-01 01:02:03", "TIMESTAMP WITH TIME ZONE": "2020-01-01 01:02:03+01",
    "BLOB": "\\xAA", "INTERVAL": "1 day", "GEOMETRY": "POINT (1 2)",
  }
  kinds = {row["type_name"]: row for row in fetch(raw, get_xdbc_type_info()).to_pylist()}
  quoted = {name for name, row in kinds.items() if row["literal_prefix"]} - {"ENUM"}
  assert quoted == set(samples)
  for name, text in samples.items():
    literal = kinds[name]["literal_prefix"] + text + kinds[name]["literal_suffix"]
    oracle.execute(f"SELECT {literal}::{name}")


@pytest.mark.parametrize(
  "data_type, names",
  [(91, ["DATE"]), (-7, ["BOOLEAN"]), (4, ["INTEGER", "UINTEGER"]), (77, [])],
)
def test_one_type_can_be_asked_for(raw, data_type, names):
  assert fetch(raw, get_xdbc_type_info(data_type)).column("type_name").to_pylist() == names
