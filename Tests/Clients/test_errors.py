"""What a client is told when a statement fails: the right code, DuckDB's words, nothing more."""

from __future__ import annotations

import re
from pathlib import Path

import grpc
import pytest

from support.flightsql import Command, RawClient
from support.server import ROOT, binary_path

StatusCode = grpc.StatusCode

FAILURES = [
  ("SELEC 1", StatusCode.INVALID_ARGUMENT, "syntax error"),
  ("SELECT nosuch FROM range(3)", StatusCode.INVALID_ARGUMENT, "nosuch"),
  ("SELECT sum('a', 'b', 'c')", StatusCode.INVALID_ARGUMENT, "sum"),
  ("SELECT 1 UNION ALL SELECT 1, 2", StatusCode.INVALID_ARGUMENT, "columns"),
  ("SELECT CAST('abc' AS INTEGER)", StatusCode.INVALID_ARGUMENT, "abc"),
  ("SELECT CAST(s AS DATE) FROM (VALUES ('soon')) AS t(s)", StatusCode.INVALID_ARGUMENT, "soon"),
  ("SELECT (i + 9223372036854775807)::BIGINT FROM range(1, 3) AS r(i)", None, "(?i)overflow|range"),
  ("SELECT error('a message of my own')", StatusCode.INVALID_ARGUMENT, "a message of my own"),
  ("SELECT * FROM nosuch_table", StatusCode.NOT_FOUND, "nosuch_table"),
  ("SELECT nosuch_function(1)", StatusCode.NOT_FOUND, "nosuch_function"),
  ("DROP TABLE nosuch_table", StatusCode.NOT_FOUND, "nosuch_table"),
  ("USE nosuch_catalog", StatusCode.NOT_FOUND, "nosuch_catalog"),
  ("CREATE TABLE {t} (a INTEGER); CREATE TABLE {t} (a INTEGER)", StatusCode.ALREADY_EXISTS, "{t}"),
  ("CREATE SCHEMA main", StatusCode.ALREADY_EXISTS, "main"),
  ("CREATE TABLE {t} (a INTEGER PRIMARY KEY); INSERT INTO {t} VALUES (1), (1)",
   StatusCode.ALREADY_EXISTS, "(?i)duplicate key|constraint"),
  ("CREATE TABLE {t} (a INTEGER NOT NULL); INSERT INTO {t} VALUES (NULL)",
   StatusCode.INVALID_ARGUMENT, "NOT NULL"),
  ("CREATE TABLE {t} (a INTEGER CHECK (a > 0)); INSERT INTO {t} VALUES (-1)",
   StatusCode.INVALID_ARGUMENT, "CHECK"),
  ("COMMIT", None, "(?i)transaction"),
  ("SET nosuch_setting = 1", None, "nosuch_setting"),
  ("SELECT * FROM 'nosuch.parquet'", None, "nosuch.parquet"),
  ("LOAD nosuch", StatusCode.FAILED_PRECONDITION, "nosuch"),
  ("SELECT ?", StatusCode.INVALID_ARGUMENT, "1 parameter and no values"),
]

NEVER = (StatusCode.UNKNOWN, StatusCode.INTERNAL, StatusCode.UNIMPLEMENTED, StatusCode.OK)


def failure(raw: RawClient, sql: str) -> grpc.RpcError:
  with pytest.raises(grpc.RpcError) as caught:
    raw.query(sql)
  return caught.value


@pytest.mark.parametrize("sql, code, words", FAILURES, ids=[sql[:40] for sql, _, _ in FAILURES])
def test_a_failure_has_its_code_and_duckdbs_words(raw, name, sql: str, code, words: str):
  error = failure(raw, sql.format(t=name))
  assert error.code() == code if code else error.code() not in NEVER, error.details()
  assert re.search(words.format(t=name), error.details()), error.details()
  assert raw.rows("SELECT 42") == [(42,)], "the connection serves the next statement"


@pytest.mark.parametrize(
  "sql, position",
  [("SELECT 1 +* 2 FORM t", "LINE 1"), ("SELECT 1,\n  2,\n  )", "LINE 3")],
)
def test_a_syntax_error_shows_the_place(raw, sql: str, position: str):
  details = failure(raw, sql).details()
  assert position in details and "^" in details


def test_an_error_in_the_middle_of_a_result_arrives_after_its_rows(one_thread):
  place = 2_000_000
  boom = f"CASE WHEN i = {place} THEN error('boom') ELSE i END"
  sql = f"SELECT {boom} AS i FROM range({place + 10}) AS r(i)"
  received = 0
  with RawClient(one_thread.address) as raw, pytest.raises(grpc.RpcError) as caught:
    for content in raw.stream(raw.flight_info(Command.query(sql)).tickets[0]):
      received += len(content)
  assert received > 1_000_000
  assert caught.value.code() == StatusCode.INVALID_ARGUMENT
  assert "boom" in caught.value.details()


def test_a_conflict_between_transactions_is_aborted(server, raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  with RawClient(server.address) as other:
    for client in (raw, other):
      client.query("BEGIN")
    raw.query(f"UPDATE {name} SET a = 2")
    error = failure(other, f"UPDATE {name} SET a = 3")
    assert error.code() == StatusCode.ABORTED, error.details()
    assert "conflict" in error.details().lower()
    other.query("ROLLBACK")
    raw.query("COMMIT")
    assert other.rows(f"SELECT a FROM {name}") == [(2,)]


def test_a_table_that_another_transaction_alters_is_a_conflict(server, raw, name):
  raw.query(f"CREATE TABLE {name} AS SELECT 1 AS a")
  with RawClient(server.address) as other:
    other.query("BEGIN")
    other.query(f"ALTER TABLE {name} ADD COLUMN b INTEGER")
    error = failure(raw, f"DELETE FROM {name}")
    assert "another transaction" in error.details()
    assert error.code() == StatusCode.ABORTED, error.details()
    other.query("ROLLBACK")
  assert raw.rows(f"SELECT a FROM {name}") == [(1,)]


def test_a_failed_transaction_says_so_until_it_is_rolled_back(raw, name):
  raw.query(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY)")
  raw.query("BEGIN")
  raw.query(f"INSERT INTO {name} VALUES (1)")
  failure(raw, f"INSERT INTO {name} VALUES (1)")
  error = failure(raw, "SELECT 1")
  assert error.code() not in NEVER and "transaction" in error.details().lower()
  raw.query("ROLLBACK")
  assert raw.rows(f"SELECT count(*) FROM {name}") == [(0,)]


def test_too_little_memory_is_resource_exhausted(start):
  own = start("--init-sql", "SET memory_limit = '60MB'; SET temp_directory = ''")
  with RawClient(own.address) as raw:
    error = failure(raw, "SELECT list(i || 'some text that is long') FROM range(20000000) AS r(i)")
    assert error.code() == StatusCode.RESOURCE_EXHAUSTED, error.details()
    assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("length", [3_000, 100_000])
def test_messages_are_cut_below_four_kilobytes(raw, length: int):
  error = failure(raw, f"SELECT {'nosuch' * (length // 6)}")
  assert error.code() == StatusCode.INVALID_ARGUMENT
  assert len(error.details().encode()) <= 4096
  error = failure(raw, f"SELECT error(repeat('☃', {length}))")
  assert error.code() == StatusCode.INVALID_ARGUMENT
  assert len(error.details().encode()) <= 4096
  assert "☃☃☃" in error.details()


def test_messages_keep_their_characters(raw):
  error = failure(raw, "SELECT error('naïve ☃ 100 % \t tab' || chr(10) || 'second line')")
  assert "naïve ☃ 100 % \t tab\nsecond line" in error.details()


@pytest.mark.parametrize(
  "sql",
  [
    "LOAD nosuch_extension",
    "INSTALL nosuch_extension",
    "ATTACH 'nosuch/folder/file.db'",
    "COPY (SELECT 1) TO 'nosuch/folder/file.parquet'",
    "SELECT * FROM read_csv('nosuch/file')",
    "SELECT * FROM read_parquet('nosuch/*.parquet')",
  ],
)
def test_messages_name_no_path_of_the_servers_machine(raw, sql: str):
  details = failure(raw, sql).details()
  for secret in (Path.home(), Path.cwd(), ROOT, binary_path().parent):
    assert f"{secret}/" not in details
  for trace in ("Stack trace", ".swift", ".cpp", "Sources/", "duckdb::"):
    assert trace not in details


def test_a_deadline_is_told_as_one(raw):
  info = raw.flight_info(Command.query("SELECT count(*) FROM range(1000000000000) AS r(i)"))
  with pytest.raises(grpc.RpcError) as caught:
    list(raw.stream(info.tickets[0], timeout=0.3))
  assert caught.value.code() == StatusCode.DEADLINE_EXCEEDED
  assert raw.rows("SELECT 42") == [(42,)]


@pytest.mark.parametrize("password", ["s3cret", "'s3 cr\\'et'"])
def test_passwords_in_connection_strings_are_kept_back(raw, password: str):
  """DuckDB's extensions put them into their messages when a server can't be reached."""
  text = f'no connection to "host=a password={password} dbname=b"'.replace("'", "''")
  with pytest.raises(grpc.RpcError, match=r"host=a password=\*\*\* dbname=b") as caught:
    raw.query(f"SELECT error('{text}')")
  assert "cr" not in caught.value.details().partition("password")[2].partition("dbname")[0]
