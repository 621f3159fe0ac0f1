"""All of ADBC's DB-API: metadata, ingestion, parameters, transactions, and the rest."""

from __future__ import annotations

import adbc_driver_flightsql.dbapi as adbc
import pyarrow as pa
import pytest


@pytest.fixture
def catalog(cursor, name):
  """An attached database with a table, a view and a second schema."""
  cursor.executescript(
    f"ATTACH ':memory:' AS {name}; "
    f"CREATE TABLE {name}.main.numbers (i INTEGER NOT NULL, s VARCHAR, d DECIMAL(9, 2)); "
    f"CREATE VIEW {name}.main.evens AS SELECT i FROM {name}.main.numbers WHERE i % 2 = 0; "
    f"CREATE SCHEMA {name}.other; CREATE TABLE {name}.other.numbers (x BIGINT);"
  )
  return name


def objects(connection, **filters) -> list[dict]:
  return connection.adbc_get_objects(**filters).read_all().to_pylist()


def tree(catalogs: list[dict]) -> dict:
  """Column names by catalog, schema and table."""
  return {
    catalog["catalog_name"]: {
      schema["db_schema_name"]: {
        table["table_name"]: [column["column_name"] for column in table["table_columns"] or ()]
        for table in schema["db_schema_tables"] or ()
      }
      for schema in catalog["catalog_db_schemas"] or ()
    }
    for catalog in catalogs
  }


def values(cursor, table: str) -> list:
  cursor.execute(f"SELECT * FROM {table} ORDER BY ALL")
  return cursor.fetchall()


def test_info(connection, server):
  found = connection.adbc_get_info()
  assert found["vendor_name"]
  assert found["vendor_version"].removeprefix("duckdb ") == server.duckdb_version
  assert found["driver_name"].startswith("ADBC Flight SQL Driver")


def test_objects_at_every_depth(connection, catalog):
  filters = {"catalog_filter": catalog}
  assert tree(objects(connection, depth="catalogs", **filters)) == {catalog: {}}
  schemas = tree(objects(connection, depth="db_schemas", **filters))[catalog]
  assert {"main": {}, "other": {}}.items() <= schemas.items()
  tables = tree(objects(connection, depth="tables", **filters))[catalog]
  assert tables["main"] == {"evens": [], "numbers": []}
  assert tables["other"] == {"numbers": []}
  everything = tree(objects(connection, depth="all", **filters))[catalog]
  assert everything["main"] == {"evens": ["i"], "numbers": ["i", "s", "d"]}
  assert everything["other"] == {"numbers": ["x"]}


def test_objects_by_filter(connection, catalog):
  def found(**filters) -> dict:
    return tree(objects(connection, catalog_filter=catalog, **filters)).get(catalog, {})

  assert found(db_schema_filter="oth%") == {"other": {"numbers": ["x"]}}
  assert found(table_name_filter="ev%")["main"] == {"evens": ["i"]}
  assert found(column_name_filter="s")["main"]["numbers"] == ["s"]
  kinds = {
    table["table_name"]: table["table_type"]
    for schema in objects(connection, catalog_filter=catalog)[0]["catalog_db_schemas"]
    for table in schema["db_schema_tables"]
  }
  assert set(kinds.values()) <= set(connection.adbc_get_table_types())
  assert found(table_types_filter=[kinds["evens"]])["main"] == {"evens": ["i"]}
  assert not any(found(table_name_filter="SELECT * FROM numbers").values())


def test_columns_in_objects(connection, catalog):
  (found,) = objects(connection, catalog_filter=catalog, db_schema_filter="main",
                     table_name_filter="numbers")
  columns = found["catalog_db_schemas"][0]["db_schema_tables"][0]["table_columns"]
  assert [(column["column_name"], column["ordinal_position"]) for column in columns] == [
    ("i", 1), ("s", 2), ("d", 3)
  ]
  assert columns[0]["xdbc_type_name"] == "INTEGER"


def test_table_schema(connection, catalog):
  found = connection.adbc_get_table_schema(
    "numbers", catalog_filter=catalog, db_schema_filter="main"
  )
  assert found.names == ["i", "s", "d"]
  assert found.types == [pa.int32(), pa.string(), pa.decimal128(9, 2)]
  assert [field.nullable for field in found] == [False, True, True]
  with pytest.raises(adbc.Error, match="(?i)not.*found"):
    connection.adbc_get_table_schema("nosuch", catalog_filter=catalog)


def test_current_catalog_and_schema(connection, catalog):
  connection.adbc_current_catalog = catalog
  assert (connection.adbc_current_catalog, connection.adbc_current_db_schema) == (catalog, "main")
  connection.adbc_current_db_schema = "other"
  with connection.cursor() as cursor:
    cursor.execute("SELECT current_catalog(), current_schema()")
    assert cursor.fetchone() == (catalog, "other")


def test_a_catalog_at_connect(server, catalog):
  options = {"adbc.connection.catalog": catalog}
  with adbc.connect(server.uri, conn_kwargs=options, autocommit=True) as connection:
    assert connection.execute("SELECT current_catalog()").fetchone() == (catalog,)


def test_statistics_are_not_in_the_driver(connection):
  with pytest.raises(adbc.NotSupportedError):
    connection.adbc_get_statistics()
  with pytest.raises(adbc.NotSupportedError):
    connection.adbc_get_statistic_names()


DATA = pa.table({"i": pa.array([1, 2, None], pa.int32()), "s": ["one", None, "three"]})
ROWS = [(1, "one"), (2, None), (None, "three")]


def test_ingest_in_every_mode(cursor, name):
  with pytest.raises(adbc.Error, match=name):
    cursor.adbc_ingest(name, DATA, mode="append")
  assert cursor.adbc_ingest(name, DATA, mode="create") == 3
  assert values(cursor, name) == ROWS
  with pytest.raises(adbc.Error, match=name):
    cursor.adbc_ingest(name, DATA, mode="create")
  assert cursor.adbc_ingest(name, DATA.slice(0, 1), mode="append") == 1
  assert len(values(cursor, name)) == 4
  assert cursor.adbc_ingest(name, DATA.slice(0, 1), mode="create_append") == 1
  assert len(values(cursor, name)) == 5
  assert cursor.adbc_ingest(name, DATA.select(["s"]), mode="replace") == 3
  assert values(cursor, name) == [("one",), ("three",), (None,)]


def test_ingest_into_a_place(cursor, catalog):
  cursor.adbc_ingest("copied", DATA, catalog_name=catalog, db_schema_name="other")
  assert values(cursor, f"{catalog}.other.copied") == ROWS


def test_ingest_into_a_temporary_table(connection, cursor):
  cursor.adbc_ingest("only_mine", DATA, temporary=True)
  assert values(cursor, "temp.only_mine") == ROWS
  with connection.adbc_clone() as other, other.cursor() as elsewhere, pytest.raises(adbc.Error):
    values(elsewhere, "only_mine")


@pytest.mark.parametrize("kind", ["batch", "reader", "dataset", "iterator"])
def test_ingest_from(cursor, name, kind: str):
  import pyarrow.dataset as dataset

  sources = {
    "batch": lambda: DATA.to_batches()[0],
    "reader": DATA.to_reader,
    "dataset": lambda: dataset.dataset(DATA),
    "iterator": lambda: iter(DATA.to_batches()),
  }
  assert cursor.adbc_ingest(name, sources[kind]()) == 3
  assert values(cursor, name) == ROWS


def test_executemany(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (i INTEGER, s VARCHAR)")
  cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", ROWS)
  assert cursor.rowcount == 3
  assert values(cursor, name) == ROWS
  cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", [])
  cursor.executemany(f"DELETE FROM {name} WHERE i = ?", pa.table({"i": [1, 2]}))
  assert values(cursor, name) == [(None, "three")]


def test_named_parameters_are_bound_from_arrow_data(cursor, name):
  """A dictionary would be shorter, but the driver lacks the option that its binding needs."""
  cursor.execute(f"CREATE TABLE {name} (i INTEGER, s VARCHAR)")
  rows = pa.table({"text": ["one", None], "number": [1, 2]})
  cursor.executemany(f"INSERT INTO {name} VALUES ($number, $text)", rows)
  assert values(cursor, name) == [(1, "one"), (2, None)]
  with pytest.raises(adbc.NotSupportedError, match="bind_by_name"):
    cursor.execute("SELECT $a", {"a": 1})


def test_parameters_of_a_query(cursor):
  cursor.execute("SELECT ?::INTEGER + 1, ? || '!'", (41, "x"))
  assert cursor.fetchall() == [(42, "x!")]
  cursor.execute("SELECT ?::BIGINT * 2 AS v", pa.table({"p": [1, 2, 3]}))
  assert cursor.fetchall() == [(2,), (4,), (6,)]


def test_a_query_prepared_once_runs_with_parameter_after_parameter(cursor):
  expected = cursor.adbc_prepare("SELECT ?::INTEGER + 1 AS v")
  assert expected.types == [pa.int32()]
  for number in range(20):
    cursor.execute("SELECT ?::INTEGER + 1 AS v", (number,))
    assert cursor.fetchone() == (number + 1,)


def test_commit_and_roll_back(server, cursor, name):
  cursor.execute(f"CREATE TABLE {name} (i INTEGER, s VARCHAR)")
  with adbc.connect(server.uri) as writer, writer.cursor() as writing:
    writing.execute(f"INSERT INTO {name} VALUES (1, 'one')")
    assert values(writing, name) == [(1, "one")]
    assert values(cursor, name) == []
    writer.rollback()
    writing.execute(f"INSERT INTO {name} VALUES (2, 'two')")
    writer.commit()
    assert values(cursor, name) == [(2, "two")]
    writing.execute(f"INSERT INTO {name} VALUES (3, 'three')")
  assert values(cursor, name) == [(2, "two")], "closed without a commit"


def test_ingest_joins_the_transaction(server, cursor, name):
  with adbc.connect(server.uri) as writer, writer.cursor() as writing:
    writing.adbc_ingest(name, DATA)
    assert values(writing, name) == ROWS
    with pytest.raises(adbc.Error, match=name):
      values(cursor, name)
    writer.rollback()
    writing.adbc_ingest(name, DATA)
    writer.commit()
  assert values(cursor, name) == ROWS


def test_a_connection_as_a_context_commits_nothing_by_itself(server, cursor, name):
  with adbc.connect(server.uri) as writer, writer.cursor() as writing:
    writing.executescript(f"CREATE TABLE {name} (i INTEGER); INSERT INTO {name} VALUES (1)")
    assert values(writing, name) == [(1,)]
  with pytest.raises(adbc.Error, match=name):
    values(cursor, name)


def test_partitions_can_be_read_by_another_connection(connection, cursor):
  partitions, schema = cursor.adbc_execute_partitions("SELECT i FROM range(5) AS rows(i)")
  assert schema == pa.schema([("i", pa.int64())])
  with connection.adbc_clone() as other, other.cursor() as elsewhere:
    for partition in partitions:
      elsewhere.adbc_read_partition(partition)
      assert elsewhere.fetchall() == [(0,), (1,), (2,), (3,), (4,)]


def test_execute_schema_runs_nothing(cursor, name):
  cursor.execute(f"CREATE SEQUENCE {name}")
  assert cursor.adbc_execute_schema(f"SELECT nextval('{name}') AS n") == pa.schema(
    [("n", pa.int64())]
  )
  cursor.execute(f"SELECT nextval('{name}')")
  assert cursor.fetchone() == (1,)


def test_cancel_ends_a_result(connection, cursor):
  cursor.execute("SELECT i FROM range(1000000000000) AS rows(i)")
  reader = cursor.fetch_record_batch()
  assert reader.read_next_batch().num_rows
  cursor.adbc_cancel()
  with pytest.raises(OSError, match="(?i)cancel"):
    for _ in reader:
      pass
  assert connection.execute("SELECT 42").fetchone() == (42,)


@pytest.mark.parametrize("fetch", ["fetch_df", "fetch_polars", "fetch_arrow_table"])
def test_fetch_as(cursor, fetch: str):
  cursor.execute("SELECT i, 's' || i AS s FROM range(3) AS rows(i)")
  found = getattr(cursor, fetch)()
  assert list(found["s"].to_numpy()) == ["s0", "s1", "s2"]


def test_description_and_row_counts(cursor, name):
  cursor.execute(f"CREATE TABLE {name} (i INTEGER)")
  cursor.execute(f"INSERT INTO {name} VALUES (1), (2)")
  assert cursor.rowcount == 2
  cursor.execute(f"SELECT i, 'x' AS s FROM {name}")
  assert [(column[0], column[1]) for column in cursor.description] == [
    ("i", pa.int32()), ("s", pa.string())
  ]
  cursor.arraysize = 2
  assert len(cursor.fetchmany()) == 2
  assert list(cursor) == []


def test_substrait_is_refused(cursor):
  with pytest.raises(adbc.NotSupportedError, match="Substrait"):
    cursor.execute(b"a plan")
