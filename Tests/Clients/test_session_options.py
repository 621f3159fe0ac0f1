"""SetSessionOptions, GetSessionOptions and CloseSession."""

from __future__ import annotations

import json
import struct

import adbc_driver_flightsql.dbapi as adbc
import pytest
from adbc_driver_flightsql import ConnectionOptions

from support import protobuf
from support.flightsql import Command, RawClient
from support.protobuf import message

INVALID_NAME, INVALID_VALUE, ERROR = 1, 2, 3

Option = str | bool | int | float | list[str] | None


def option_value(value: Option) -> bytes:
  match value:
    case None:
      return b""
    case bool():
      return message((2, value))
    case str():
      return message((1, value))
    case int():
      return protobuf.fixed64(3, value)
    case float():
      return protobuf.double(4, value)
    case list():
      return message((5, message(*((1, item) for item in value))))


def set_options(client: RawClient, **options: Option) -> dict[str, int]:
  """The options that were not set, with the reason."""
  entries = ((1, message((1, name), (2, option_value(value)))) for name, value in options.items())
  (answer,) = client.action("SetSessionOptions", message(*entries))
  errors = {}
  for entry in protobuf.every(answer, 1):
    name = protobuf.first(entry, 1).decode()
    errors[name] = protobuf.first(protobuf.first(entry, 2), 1)
  return errors


def get_options(client: RawClient) -> dict[str, Option]:
  (answer,) = client.action("GetSessionOptions")
  options = {}
  for entry in protobuf.every(answer, 1):
    name = protobuf.first(entry, 1).decode()
    options[name] = parsed(protobuf.first(entry, 2))
  return options


def parsed(value: bytes) -> Option:
  ((field, content),) = protobuf.fields(value)
  match field:
    case 1:
      return content.decode()
    case 2:
      return bool(content)
    case 3:
      return int.from_bytes(content, "little", signed=True)
    case 4:
      return struct.unpack("<d", content)[0]
    case 5:
      return [item.decode() for item in protobuf.every(content, 1)]


def test_catalog_and_schema(raw, name):
  raw.query(f"ATTACH ':memory:' AS {name}")
  raw.query(f"CREATE SCHEMA {name}.\"Some schema\"")
  assert get_options(raw)["schema"] == "main"
  before = get_options(raw)["catalog"]
  assert set_options(raw, catalog=name, schema="Some schema") == {}
  assert raw.rows("SELECT current_catalog(), current_schema()") == [(name, "Some schema")]
  assert get_options(raw)["catalog"] == name
  assert get_options(raw)["schema"] == "Some schema"
  assert set_options(raw, catalog=name) == {}, "and its default schema"
  assert raw.rows("SELECT current_catalog(), current_schema()") == [(name, "main")]
  assert set_options(raw, catalog=None) == {}
  assert raw.rows("SELECT current_catalog(), current_schema()") == [(before, "main")]


def test_a_catalog_called_as_a_schema(raw, name):
  raw.query(f"ATTACH ':memory:' AS {name}")
  raw.query(f"CREATE SCHEMA {name}")
  assert set_options(raw, catalog=name) == {}
  assert raw.rows("SELECT current_catalog(), current_schema()") == [(name, "main")]
  raw.query("USE memory.main")
  raw.query(f"DROP SCHEMA memory.{name}")


def test_settings_of_every_type(raw):
  assert set_options(raw, TimeZone="Asia/Tokyo", streaming_buffer_size="2MB") == {}
  assert set_options(raw, enable_progress_bar=True, progress_bar_time=5_000) == {}
  options = get_options(raw)
  assert options["TimeZone"] == "Asia/Tokyo"
  assert options["enable_progress_bar"] is True
  assert options["progress_bar_time"] == 5_000
  assert raw.rows("SELECT current_setting('TimeZone')") == [("Asia/Tokyo",)]
  assert "Tokyo" in str(raw.query("SELECT now() AS now").schema), "known to results as well"
  assert set_options(raw, TimeZone=None, enable_progress_bar=None) == {}
  assert get_options(raw)["enable_progress_bar"] is False


def test_texts_are_accepted_for_every_option(raw):
  assert set_options(raw, enable_progress_bar="true", progress_bar_time="7000") == {}
  options = get_options(raw)
  assert (options["enable_progress_bar"], options["progress_bar_time"]) == (True, 7_000)


def test_lists(start):
  with RawClient(start().address) as client:
    directories = ["/a/", "/b's/"]
    assert set_options(client, allowed_directories=directories) == {}
    assert sorted(get_options(client)["allowed_directories"]) == directories


def test_names_are_case_insensitive(raw):
  assert set_options(raw, TIMEZONE="Europe/Rome") == {}
  assert get_options(raw)["TimeZone"] == "Europe/Rome"


def test_what_cannot_be_set_is_told_and_the_rest_is_set(raw):
  errors = set_options(
    raw,
    no_such_option="x",
    TimeZone="No/Zone",
    catalog="no such catalog",
    schema="no such schema",
    progress_bar_time="long",
    access_mode="READ_ONLY",
    enable_progress_bar=True,
    **{'"; DROP TABLE t; --': 1},
  )
  assert errors == {
    "no_such_option": INVALID_NAME,
    '"; DROP TABLE t; --': INVALID_NAME,
    "TimeZone": INVALID_VALUE,
    "catalog": INVALID_VALUE,
    "schema": INVALID_VALUE,
    "progress_bar_time": INVALID_VALUE,
    "access_mode": ERROR,
  }
  assert get_options(raw)["enable_progress_bar"] is True


@pytest.mark.parametrize(
  "option, value, reason",
  [
    ("TimeZone", "Nowhere", INVALID_VALUE),
    ("threads", "abc", INVALID_VALUE),
    ("access_mode", "x", ERROR),
  ],
)
def test_an_open_transaction_goes_on_when_an_option_cannot_be_set(raw, name, option, value, reason):
  raw.update(Command.update(f"CREATE TABLE {name} (a INTEGER)"))
  transaction = raw.begin()
  raw.update(Command.update(f"INSERT INTO {name} VALUES (1)", transaction))
  others = {"enable_progress_bar": True, "progress_bar_time": 5_000}
  assert set_options(raw, **{option: value}, **others) == {option: reason}
  raw.update(Command.update(f"INSERT INTO {name} VALUES (2)", transaction))
  raw.commit(transaction)
  assert raw.rows(f"SELECT a FROM {name} ORDER BY a") == [(1,), (2,)]
  assert others.items() <= get_options(raw).items()


def test_a_schema_that_the_open_transaction_has_made(raw, name):
  transaction = raw.begin()
  raw.update(Command.update(f"CREATE SCHEMA {name}", transaction))
  assert set_options(raw, schema="no such schema") == {"schema": INVALID_VALUE}
  assert set_options(raw, schema=name) == {}
  raw.update(Command.update("CREATE TABLE mine AS SELECT 1 AS a", transaction))
  raw.commit(transaction)
  assert raw.rows(f"SELECT a FROM {name}.mine") == [(1,)]


def test_options_belong_to_the_session(server):
  with RawClient(server.address) as mine, RawClient(server.address) as other:
    set_options(mine, TimeZone="Asia/Tokyo")
    assert get_options(other)["TimeZone"] == "UTC"


def test_options_are_known_to_every_connection_of_the_session(raw):
  """Overlapping statements run on connections of their own."""
  set_options(raw, TimeZone="Asia/Tokyo")
  command = "SELECT range AS a, current_setting('TimeZone') AS zone FROM range(1_000_000)"
  streams = [raw.stream(raw.flight_info(Command.query(command)).tickets[0]) for _ in range(3)]
  for stream in streams:
    next(stream)
  assert raw.rows("SELECT current_setting('TimeZone')") == [("Asia/Tokyo",)]
  for stream in streams:
    assert b"Tokyo" in next(stream)
    stream.cancel()


def test_adbc(server):
  with adbc.connect(server.uri, autocommit=True) as connection:
    handle = connection.adbc_connection
    prefix = ConnectionOptions.OPTION_SESSION_OPTION_PREFIX.value
    handle.set_options(**{prefix + "TimeZone": "Asia/Tokyo"})
    options = json.loads(handle.get_option(ConnectionOptions.OPTION_SESSION_OPTIONS.value))
    assert options["TimeZone"] == "Asia/Tokyo"
    assert handle.get_option(prefix + "TimeZone") == "Asia/Tokyo"
    with connection.cursor() as cursor:
      cursor.execute("SELECT current_setting('TimeZone')")
      assert cursor.fetchone() == ("Asia/Tokyo",)
