SELECT 1
(SELECT 1)
FROM kept LIMIT 3
SELECT count(*), sum(a), avg(a), histogram(a % 3) FROM kept
SELECT a, row_number() OVER (ORDER BY a) FROM kept QUALIFY row_number() OVER (ORDER BY a) < 3
WITH x AS (SELECT a FROM kept) SELECT * FROM x WHERE a < 3
WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 5) FROM x
VALUES (1), (2)
SELECT 'read_text(''/etc/passwd'')', 'ATTACH', '__ducklake_metadata_lake', $$query('x')$$
SELECT 1 AS read_text, 2 AS query, 3 AS glob, 4 AS copy, 5 AS secret, 6 AS load, 7 AS getenv
SELECT read_text, query FROM (SELECT 1 AS read_text, 2 AS query)
SELECT x.query FROM (SELECT 1 AS query) AS x -- ATTACH ':memory:'
SELECT /* COPY kept TO 'x' */ 1
SELECT 'canary.parquet', '/srv/data/x.parquet' WHERE 'x.csv' <> '/y.csv'
SELECT 'abc' GLOB ('a*')
SELECT 1 IS DISTINCT FROM 2, histogram(a) FROM kept
SELECT substring('abc' FROM 2), trim(both 'a' FROM 'abc'), extract(year FROM DATE '2024-01-01')
SELECT E'a\\'b', 'a'\n'b', n'x', 1e5, .5, 0x1F, 1_000
SELECT * FROM range(3), generate_series(1, 2), unnest([1, 2])
SELECT * FROM repeat('x', 3)
SELECT * FROM summary((FROM kept))
SELECT * FROM json_each('{"a": 1}')
SELECT json_extract('{"a": 1}', '$.a'), json_serialize_sql('SELECT 1'), {'a': 1}::JSON
SELECT regexp_matches('abc', 'b'), list_transform([1, 2], lambda x: x + 1), map {'a': 1}, md5('x')
SELECT current_date, now(), current_schema(), current_catalog(), version(), current_setting('TimeZone')
SELECT strftime(TIMESTAMP '2024-01-01', '%Y'), date_trunc('month', DATE '2024-05-05'), age(DATE '2024-01-01')
SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AT TIME ZONE 'Asia/Tokyo'
SELECT table_name FROM information_schema.tables
SELECT nspname FROM pg_catalog.pg_namespace
SELECT datname FROM pg_database
SELECT table_name FROM duckdb_tables()
SELECT view_name FROM duckdb_views() WHERE NOT internal
SELECT * FROM duckdb_columns() LIMIT 1
SELECT function_name FROM duckdb_functions() LIMIT 1
SELECT * FROM duckdb_keywords() LIMIT 1
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
DESCRIBE kept
DESCRIBE SELECT 1
SUMMARIZE kept
EXPLAIN SELECT * FROM kept
EXPLAIN ANALYZE SELECT * FROM kept
EXPLAIN (FORMAT json) SELECT * FROM kept
EXPLAIN ("analyze", "format" json) SELECT * FROM kept
EXPLAIN (SELECT * FROM kept)
EXPLAIN ((SELECT * FROM kept))
PRAGMA table_info('kept')
PRAGMA version
PRAGMA show_tables
SET TimeZone = 'Europe/Berlin'; SELECT now()
SET TIME ZONE 'UTC'
RESET TimeZone
SET integer_division = true; SELECT 3 / 2
SET schema = 'main'
USE lake; USE lake.main; USE memory
SET VARIABLE v = 42; SELECT getvariable('v')
CREATE TEMP TABLE legitimate (a INTEGER, query VARCHAR); INSERT INTO legitimate VALUES (1, 'x'); UPDATE legitimate SET a = 2; DELETE FROM legitimate; DROP TABLE legitimate
CREATE TEMP TABLE query (a INTEGER, b INTEGER); INSERT INTO query (a, b) VALUES (1, 2); SELECT * FROM query; DROP TABLE query
WITH query(a) AS (SELECT 1) SELECT a FROM query
CREATE TEMP VIEW legitimate_view AS SELECT * FROM kept; SELECT count(*) FROM legitimate_view; DROP VIEW legitimate_view
CREATE TEMP MACRO twice(x) AS x * 2; SELECT twice(21)
CREATE TEMP MACRO first_of(n) AS TABLE SELECT * FROM kept LIMIT n; FROM first_of(2)
PREPARE p AS SELECT a FROM kept WHERE a = $1; EXECUTE p(3); DEALLOCATE p
CREATE SCHEMA lake.s; CREATE TABLE lake.s.t (a INTEGER); COMMENT ON TABLE lake.s.t IS 'x'; DROP SCHEMA lake.s CASCADE
CREATE TABLE lake.m AS SELECT 1 AS a, 'x' AS b; MERGE INTO lake.m USING (SELECT 1 AS a, 'y' AS b) AS s ON m.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b; ALTER TABLE lake.m ADD COLUMN c INTEGER; ALTER TABLE lake.m RENAME TO n; TRUNCATE lake.n; DROP TABLE lake.n
CREATE VIEW lake.v AS SELECT count(*) AS n FROM lake.kept; SELECT * FROM lake.v; DROP VIEW lake.v
CREATE TABLE memory.main.native (a INTEGER PRIMARY KEY, b VARCHAR DEFAULT 'x'); CREATE INDEX i ON memory.main.native (b); INSERT INTO memory.main.native (a) VALUES (1) RETURNING b; DROP TABLE memory.main.native
CREATE SEQUENCE memory.main.numbers; SELECT nextval('memory.main.numbers'); DROP SEQUENCE memory.main.numbers
CREATE TYPE memory.main.mood AS ENUM ('a', 'b'); SELECT 'a'::memory.main.mood; DROP TYPE memory.main.mood
BEGIN; INSERT INTO lake.kept SELECT 1; ROLLBACK
SELECT count(*) FROM lake.kept AT (VERSION => 2)
SELECT * FROM lake.snapshots()
SELECT * FROM ducklake_snapshots('lake')
SELECT * FROM ducklake_table_info('lake')
SELECT * FROM ducklake_table_changes('lake', 'main', 'kept', 0, 1)
CALL lake.merge_adjacent_files()
BEGIN; CALL lake.set_commit_message(NULL, 'why'); ROLLBACK
CALL ducklake_flush_inlined_data('lake')
CHECKPOINT lake
PIVOT (SELECT 1 AS a, 'x' AS b) ON b USING sum(a)
UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b
SELECT * FROM (SELECT 1 AS a) PIVOT (sum(a) FOR a IN (1))
SELECT COLUMNS('a') FROM kept LIMIT 1
SELECT * EXCLUDE (a), 1 AS b FROM kept LIMIT 1
FROM kept SELECT max(a)
SELECT * FROM kept USING SAMPLE 3
SELECT * FROM kept POSITIONAL JOIN kept AS other LIMIT 1
SELECT bool, varchar, timestamp FROM test_all_types()
SELECT '01:00'::TIME_NS, from_json('{"a": "01:00"}', '{"a": "TIME_NS"}')
CREATE TABLE lake.nanos (time_ns BIGINT, a VARCHAR); INSERT INTO lake.nanos VALUES (1, 'TIME_NS'), (2, '01:00'::TIME_NS::VARCHAR); SELECT time_ns FROM lake.nanos WHERE time_ns > 0 ORDER BY time_ns; EXPLAIN UPDATE lake.nanos SET time_ns = 2; CREATE VIEW lake.nanos_view AS SELECT n.time_ns FROM lake.nanos AS n WHERE 1 BETWEEN time_ns AND n.time_ns; DROP VIEW lake.nanos_view; ALTER TABLE lake.nanos ADD IF NOT EXISTS time_ns BIGINT; ALTER TABLE lake.nanos DROP IF EXISTS no_time_ns; ALTER TABLE lake.nanos RENAME time_ns TO b; ALTER TABLE lake.nanos RENAME COLUMN b TO time_ns; ALTER TABLE lake.nanos DROP COLUMN time_ns; DROP TABLE lake.nanos
CREATE TABLE lake.nanos AS SELECT epoch_ns(now()) AS time_ns, 'TIME_NS' AS a; CREATE VIEW lake.nanos_view AS SELECT max(time_ns) AS time_ns FROM lake.nanos GROUP BY time_ns; DROP VIEW lake.nanos_view; DROP TABLE lake.nanos
