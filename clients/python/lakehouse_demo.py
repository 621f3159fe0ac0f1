"""Lists catalogs and schemas, makes a table, inserts five rows and reads them back.

Usage: lakehouse_demo.py [URI]    (grpc://127.0.0.1:31337 unless given)

The user and password are LAKEHOUSE_DEMO_USER and LAKEHOUSE_DEMO_PASSWORD of the environment: an
address ends up in shell histories. LAKEHOUSE_DEMO_CA names a PEM file with the authority of the
server's certificate, where the system doesn't know it.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa
from adbc_driver_flightsql import DatabaseOptions

DEFAULT_URI = "grpc://127.0.0.1:31337"
TABLE = "python_demo"


def options() -> dict[str, str]:
  """What the environment says of the login and the server's certificate."""
  chosen = {}
  if password := os.environ.get("LAKEHOUSE_DEMO_PASSWORD"):
    chosen["username"] = os.environ.get("LAKEHOUSE_DEMO_USER", "lakehouse")
    chosen["password"] = password
  if authority := os.environ.get("LAKEHOUSE_DEMO_CA"):
    chosen[DatabaseOptions.TLS_ROOT_CERTS.value] = Path(authority).read_text()
  return chosen


def describe(connection: adbc.Connection) -> None:
  information = connection.adbc_get_info()
  print(information["vendor_name"], information["vendor_version"])
  for catalog in connection.adbc_get_objects(depth="db_schemas").read_all().to_pylist():
    print("catalog", catalog["catalog_name"])
    for schema in catalog["catalog_db_schemas"]:
      print("schema", f"{catalog['catalog_name']}.{schema['db_schema_name']}")


def create(cursor: adbc.Cursor) -> None:
  cursor.execute(
    f"CREATE OR REPLACE TABLE {TABLE} (id INTEGER, name TEXT, description TEXT, value DOUBLE, "
    "created_at TIMESTAMP)"
  )


def insert(cursor: adbc.Cursor) -> None:
  """Five rows by one prepared statement, in one message."""
  now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
  numbers = range(1, 6)
  rows = pa.record_batch(
    {
      "id": pa.array(numbers, pa.int32()),
      "name": [f"name {n}" for n in numbers],
      "description": [f"description {n}" for n in numbers],
      "value": [n * 1.5 for n in numbers],
      "created_at": [now + timedelta(minutes=n) for n in numbers],
    }
  )
  cursor.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)", rows)
  print("inserted", cursor.rowcount)


def read(cursor: adbc.Cursor) -> None:
  cursor.execute(f"SELECT id, name, description, value, created_at FROM {TABLE} ORDER BY id")
  for row in cursor.fetchall():
    print(*row, sep=" | ")


def main() -> None:
  uri = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URI
  with adbc.connect(uri, db_kwargs=options(), autocommit=True) as connection:
    describe(connection)
    with connection.cursor() as cursor:
      create(cursor)
      insert(cursor)
      read(cursor)


if __name__ == "__main__":
  main()
