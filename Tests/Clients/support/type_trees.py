"""Columns of random types, nested within each other, with values made from a key."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .columns import TRAVELS_AS, Column

_SIGNED = "({k}::HUGEINT - 9223372036854775808)"
_TIMESTAMP = "make_timestamp(({k} % 4000000000000000)::BIGINT - 1000000000000000)"
_MOODS = "'sad', 'ok', '', 'a mood of many more than twelve bytes'"

# The types without children, and an expression that makes a value from the key, a UBIGINT.
_LEAVES = {
  "BOOLEAN": "{k} % 2 = 0",
  "TINYINT": "({k} % 256)::INTEGER - 128",
  "SMALLINT": "({k} % 65536)::INTEGER - 32768",
  "INTEGER": "({k} % 4294967296)::BIGINT - 2147483648",
  "BIGINT": _SIGNED,
  "UTINYINT": "{k} % 256",
  "USMALLINT": "{k} % 65536",
  "UINTEGER": "{k} % 4294967296",
  "UBIGINT": "{k}",
  "HUGEINT": f"{_SIGNED} * ({{k}} % 1000000007)::HUGEINT",
  "UHUGEINT": "{k}::UHUGEINT * ({k} % 1000000007)::UHUGEINT",
  "FLOAT": f"CASE {{k}} % 9 WHEN 0 THEN 'inf'::FLOAT ELSE {_SIGNED}::FLOAT END",
  "DOUBLE": f"CASE {{k}} % 9 WHEN 0 THEN '-inf'::DOUBLE ELSE {_SIGNED}::DOUBLE END",
  "DECIMAL(4,1)": "(({k} % 19999)::INTEGER - 9999)::DECIMAL(18,0) / 10",
  "DECIMAL(9,2)": "(({k} % 1999999999)::BIGINT - 999999999) / 100",
  "DECIMAL(18,6)": f"({_SIGNED} // 100) / 1000000",
  "DECIMAL(38,10)": f"{_SIGNED} * 100000000",
  "VARCHAR":
    "CASE {k} % 5 WHEN 0 THEN '' WHEN 1 THEN 'v' || {k} % 1000 WHEN 2 THEN 'twelve bytes' "
    "WHEN 3 THEN 'thirteen byte' ELSE repeat('naïve ☃ ', ({k} % 20)::INTEGER) END",
  "BLOB": "unhex(left(md5({k}::VARCHAR), (2 * ({k} % 17))::INTEGER))",
  "BIT": "bin({k} % 100000)",
  "DATE":
    "CASE {k} % 9 WHEN 0 THEN '-infinity'::DATE "
    "ELSE DATE '1970-01-01' + (({k} % 800000)::INTEGER - 400000) END",
  "TIME": "TIME '00:00:00' + to_microseconds(({k} % 86400000000)::BIGINT)",
  "TIMETZ":
    "format('{{:02d}}:{{:02d}}:00.5{{}}{{:02d}}:30', {k} % 24, {k} % 60, "
    "CASE WHEN {k} % 7 < 3 THEN '+' ELSE '-' END, {k} % 15)",
  "TIME_NS": "format('12:{{:02d}}:01.{{:09d}}', {k} % 60, {k} % 1000000000)",
  "TIMESTAMP_S": _TIMESTAMP,
  "TIMESTAMP_MS": _TIMESTAMP,
  "TIMESTAMP": f"CASE {{k}} % 9 WHEN 0 THEN 'infinity'::TIMESTAMP ELSE {_TIMESTAMP} END",
  "TIMESTAMP_NS": "make_timestamp_ns(({k} % 4000000000000000000)::BIGINT)",
  "TIMESTAMPTZ": _TIMESTAMP,
  "INTERVAL":
    "to_months(({k} % 100)::INTEGER) - to_days(({k} % 77)::INTEGER) "
    "+ to_microseconds(({k} % 1000000000000)::BIGINT)",
  "UUID": "md5({k}::VARCHAR)",
  f"ENUM({_MOODS})": f"[{_MOODS}][1 + ({{k}} % 4)::INTEGER]",
  "JSON": "'{{\"key\": ' || {k} || '}}'",
  "BIGNUM": f"{_SIGNED}::VARCHAR || ({{k}} % 1000)",
}

# Keys of maps, unique for each element `x`.
_MAP_KEYS = {
  "BIGINT": "{x}::BIGINT * 1000 - ({k} % 1000)::BIGINT",
  "VARCHAR": "'key ' || {x} || repeat('.', ({k} % 12)::INTEGER)",
  "DATE": "DATE '2024-01-01' + {x}::INTEGER",
}


@dataclass(frozen=True)
class Tree:
  """A type, the type in which it travels, and the SQL of a value."""

  type_name: str
  travels_as: str
  sql: str


class Grower:
  """Grows trees; the same ones for the same seed."""

  def __init__(self, seed: int):
    self.random = random.Random(seed)
    self.variable_count = 0

  def column(self, depth: int) -> Column:
    """A column of a type of exactly `depth` levels."""
    tree = self.grow("hash(i)", depth)
    return Column("c", tree.sql, f"({tree.sql})::{tree.travels_as}")

  def grow(self, key: str, depth: int) -> Tree:
    if depth <= 1:
      name = self.random.choice(list(_LEAVES))
      return self.nullable(key, name, TRAVELS_AS.get(name.partition("(")[0], name),
                           _LEAVES[name].format(k=key))
    kind = self.random.choice([self.list, self.array, self.struct, self.map, self.union])
    return kind(key, depth)

  def list(self, key: str, depth: int) -> Tree:
    x = self.variable()
    element = self.grow(f"hash({key}, {x})", depth - 1)
    sql = f"list_transform(range(({key} % 4)::BIGINT), lambda {x}: {element.sql})"
    return self.nullable(key, f"{element.type_name}[]", f"{element.travels_as}[]", sql)

  def array(self, key: str, depth: int) -> Tree:
    size = self.random.randint(1, 3)
    # The type is the same for each element, the key isn't.
    marker = self.variable()
    element = self.grow(marker, depth - 1)
    elements = [element.sql.replace(marker, f"hash({key}, {n})") for n in range(size)]
    sql = f"[{', '.join(elements)}]"
    return self.nullable(
      key, f"{element.type_name}[{size}]", f"{element.travels_as}[{size}]", sql)

  def struct(self, key: str, depth: int) -> Tree:
    members = self.members(key, depth)
    values = ", ".join(f"{name} := {tree.sql}" for name, tree in members.items())
    return self.nullable(
      key, f"STRUCT({_list(members, 'type_name')})", f"STRUCT({_list(members, 'travels_as')})",
      f"struct_pack({values})")

  def union(self, key: str, depth: int) -> Tree:
    members = self.members(key, depth)
    type_name = f"UNION({_list(members, 'type_name')})"
    values = ", ".join(
      f"union_value({name} := {tree.sql})::{type_name}" for name, tree in members.items())
    sql = f"([{values}])[1 + ({key} % {len(members)})::INTEGER]"
    return self.nullable(key, type_name, f"UNION({_list(members, 'travels_as')})", sql)

  def map(self, key: str, depth: int) -> Tree:
    name, expression = self.random.choice(list(_MAP_KEYS.items()))
    x = self.variable()
    keys = expression.format(k=key, x=x)
    value = self.grow(f"hash({key}, {x})", depth - 1)
    elements = f"range(({key} % 3)::BIGINT)"
    sql = (f"MAP(list_transform({elements}, lambda {x}: {keys}), "
           f"list_transform({elements}, lambda {x}: {value.sql}))")
    return self.nullable(
      key, f"MAP({name}, {value.type_name})", f"MAP({name}, {value.travels_as})", sql)

  def members(self, key: str, depth: int) -> dict[str, Tree]:
    """One member of the full depth, the others of any."""
    count = self.random.randint(1, 3)
    deepest = self.random.randrange(count)
    return {
      f"m{n}": self.grow(
        f"hash({key}, {100 + n})",
        depth - 1 if n == deepest else self.random.randint(1, depth - 1))
      for n in range(count)
    }

  def nullable(self, key: str, type_name: str, travels_as: str, sql: str) -> Tree:
    divisor = self.random.choice([3, 5, 11])
    # Not by CASE, which DuckDB hasn't built for arrays.
    choice = f"1 + (hash({key}, 7) % {divisor} = 0)::INTEGER"
    return Tree(type_name, travels_as, f"([({sql})::{type_name}, NULL])[{choice}]")

  def variable(self) -> str:
    self.variable_count += 1
    return f"x{self.variable_count}_"


def _list(members: dict[str, Tree], attribute: str) -> str:
  return ", ".join(f"{name} {getattr(tree, attribute)}" for name, tree in members.items())
