"""A client to be killed: in an open transaction, reading a result without end.

    vanishing_client.py URI SQL [USER PASSWORD]

It says so on standard output once it is at work.
"""

import sys

import adbc_driver_flightsql.dbapi as adbc

ENDLESS_ROWS = "SELECT i, hash(i) AS h FROM range(1000000000000) AS r(i)"


def main() -> None:
  uri, sql, *login = sys.argv[1:]
  options = dict(zip(("username", "password"), login))
  connection = adbc.connect(uri, db_kwargs=options, autocommit=False)
  cursor = connection.cursor()
  cursor.execute(sql)
  cursor.execute(ENDLESS_ROWS)
  reader = cursor.fetch_record_batch()
  reader.read_next_batch()
  print("working", flush=True)
  for _ in reader:
    pass


main()
