SELECT content FROM read_text('{canary}')
SELECT * FROM read_blob('{canary}')
SELECT * FROM read_csv('{canary}')
SELECT * FROM read_csv_auto('{canary}', header = false)
SELECT * FROM read_json('{canary}')
SELECT * FROM read_json_auto('{canary}')
SELECT * FROM read_json_objects('{canary}')
SELECT * FROM read_ndjson('{canary}')
SELECT * FROM read_ndjson_objects('{canary}')
SELECT * FROM read_parquet('{canary}')
SELECT * FROM parquet_scan('{canary}')
SELECT * FROM parquet_metadata('{data}/main/kept/*.parquet')
SELECT * FROM parquet_schema('{data}/main/kept/*.parquet')
SELECT * FROM parquet_file_metadata('{data}/main/kept/*.parquet')
SELECT * FROM parquet_kv_metadata('{data}/main/kept/*.parquet')
SELECT * FROM parquet_full_metadata('{data}/main/kept/*.parquet')
SELECT * FROM parquet_bloom_probe('{data}/main/kept/*.parquet', 'a', 1)
SELECT * FROM read_duckdb('{catalog}', table_name = 'ducklake_table')
SELECT * FROM sniff_csv('{canary}')
SELECT * FROM glob('{folder}/*')
SELECT * FROM glob('/proc/self/*')
SELECT content FROM read_text('/proc/self/environ')
SELECT getenv('LOCKDOWN_CANARY')
SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')
SELECT * FROM read_text('https://127.0.0.1:{port}/x.csv')
SELECT * FROM read_parquet('s3://bucket/x.parquet')
SELECT * FROM read_parquet('az://container/x.parquet')
FROM '{canary}'
FROM "{canary}"
FROM 'http://127.0.0.1:{port}/x.csv'
FROM 'http://127.0.0.1:{port}/x.parquet'
FROM '{data}/main/kept/*.parquet'
FROM "{data}/main/kept/*.parquet"
FROM "{data}/main/kept/*".parquet
SELECT a FROM kept, '{data}/main/kept/*.parquet'
SELECT a FROM kept JOIN '{data}/main/kept/*.parquet' USING (a)
SELECT (FROM '{data}/main/kept/*.parquet')
DESCRIBE '{data}/main/kept/*.parquet'
SUMMARIZE '{data}/main/kept/*.parquet'
FROM '{data}/./main//kept/../kept/*.parquet'
FROM 'file:{data}/main/kept/*.parquet'
FROM 'file://{data}/main/kept/*.parquet'
FROM 'file://localhost{data}/main/kept/*.parquet'
FROM 'FILE://LocalHost{data}/main/kept/*.parquet'
FROM '/proc/self/root{data}/main/kept/*.parquet'
FROM '/proc/./self/../thread-self/root/..{data}/main/kept/*.parquet'
FROM 'file:/proc/self/root{data}/main/kept/*.parquet'
FROM '~/../../../../..{data}/main/kept/*.parquet'
FROM "/proc/self/root{data}/main/kept/*.parquet"
FROM '{data}/main\\..\\..\\[.csv?c]anary.csv'
FROM '{data}/main\\..\\..\\*.csv'
FROM '{data}\\main/..\\..\\*.csv'
FROM '{data}/**\\..\\..\\main/kept/*.parquet'
CREATE VIEW leak AS FROM '{data}/**\\..\\..\\*.csv'
FROM 'file:{data}/main\\..\\..\\*.csv'
FROM '/proc/self/root{data}/main\\..\\..\\*.csv'
FROM '/proc/self/fd/7/x[.csv?]'
FROM '/proc/../proc/self/task/1/fd/7/**\\..\\x.csv'
FROM '/dev/fd/7/*.csv'
FROM $${data}/main/kept/*.parquet$$
FROM E'{data}/main/kept/*\x2eparquet'
FROM E'\x2f{data}/main/kept/*.parquet'
PIVOT '{data}/main/kept/*.parquet' ON a USING count(*)
FROM kept x\u2013where, '{data}/main/kept/*.parquet'
SELECT x.* FROM\u00a0kept k\u2070order, '{data}/main/kept/*.parquet' AS x
/*'*/ FROM kept x\u00a0where, '{data}/main/kept/*.parquet'
SELECT 1 AS is\u2013distinct FROM kept, '{data}/main/kept/*.parquet'
SELECT x.* FROM kept k\u2013where, histogram('__duck' || 'lake_metadata_lake.ducklake_snapshot', snapshot_id) AS x
COPY kept TO '{folder}/stolen.csv'
COPY kept TO '{data}/planted.parquet'
COPY (SELECT 1) TO '{folder}/stolen.parquet' (FORMAT parquet)
COPY kept FROM '{canary}'
COPY kept FROM '{data}/main/kept/*.parquet'
COPY FROM DATABASE lake TO memory
COPY (FROM read_text('{canary}')) TO '/dev/stdout'
EXPORT DATABASE '{folder}/stolen'
EXPORT DATABASE lake TO '{folder}/stolen'
IMPORT DATABASE '{folder}'
ATTACH '{folder}/other.db' AS other
ATTACH ':memory:' AS other
ATTACH '{catalog}' AS other (READ_ONLY)
ATTACH 'ducklake:{catalog}' AS other
ATTACH 'host=127.0.0.1 port={port}' AS other (TYPE postgres)
ATTACH IF NOT EXISTS '{folder}/other.db'
ATTACH OR REPLACE '{folder}/other.db' AS lake
DETACH lake
DETACH memory
DETACH DATABASE IF EXISTS lake
DETACH __ducklake_metadata_lake
INSTALL spatial
INSTALL spatial FROM community
FORCE INSTALL httpfs
LOAD httpfs
LOAD '{folder}/evil.duckdb_extension'
UPDATE EXTENSIONS
CREATE SECRET s (TYPE s3)
CREATE OR REPLACE SECRET s (TYPE s3)
CREATE PERSISTENT SECRET s (TYPE s3)
CREATE TEMPORARY SECRET s (TYPE s3)
CREATE OR REPLACE TEMP SECRET IF NOT EXISTS s (TYPE s3)
DROP SECRET kept_secret
DROP PERSISTENT SECRET kept_secret
DROP SECRET IF EXISTS kept_secret
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_secrets(redact = false)
SELECT * FROM which_secret('s3://bucket/x', 's3')
SELECT * FROM duckdb_settings()
SELECT * FROM pg_settings
SELECT * FROM pg_catalog.pg_settings
SELECT * FROM "pg_catalog"."PG_SETTINGS"
SELECT current_setting('temp_directory')
SELECT current_setting('temp' || '_directory')
SELECT current_setting(E'temp\x5fdirectory')
SELECT 'temp_directory'.current_setting()
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_databases
SELECT path FROM main.duckdb_databases
SELECT * FROM pragma_database_list
SELECT * FROM duckdb_extensions()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM duckdb_external_file_cache()
SELECT * FROM duckdb_logs
SELECT * FROM duckdb_logs()
SELECT * FROM duckdb_logs_parsed('QueryLog')
SELECT * FROM duckdb_log_contexts()
SELECT write_log('x', log_type := 'Test')
CALL enable_logging()
CALL enable_logging(storage = 'file', storage_path = '{folder}/log')
CALL enable_logging('QueryLog', storage = 'stdout')
CALL disable_logging()
CALL truncate_duckdb_logs()
CALL enable_profiling()
CALL disable_profiling()
PRAGMA enable_profiling
PRAGMA enable_profiling = 'json'
PRAGMA profiling_output = '{folder}/profile'
PRAGMA disable_checkpoint_on_shutdown
PRAGMA database_list
PRAGMA storage_info('kept')
PRAGMA verify_parallelism
PRAGMA force_checkpoint
PRAGMA memory_limit = '1GB'
PRAGMA threads = 1
PRAGMA import_database('{folder}')
PRAGMA copy_database('lake', 'memory')
PRAGMA add_parquet_key('k', '0123456789112345')
PRAGMA json_execute_serialized_sql('{{}}')
PRAGMA version = 1
SET threads = 1
SET memory_limit = '1GB'
SET max_memory = '1GB'
SET temp_directory = '{folder}'
SET home_directory = '{folder}'
SET secret_directory = '{folder}'
SET extension_directory = '{folder}'
SET custom_extension_repository = 'http://127.0.0.1:{port}'
SET enable_external_access = true
SET allow_unsigned_extensions = true
SET allowed_directories = ['/']
SET allowed_paths = ['{canary}']
SET allowed_configs = ['threads']
SET lock_configuration = false
SET disabled_filesystems = 'LocalFileSystem'
SET file_search_path = '{folder}'
SET enable_logging = true
SET logging_storage = 'file'
SET log_query_path = '{folder}/log'
SET enable_profiling = 'json'
SET profiling_output = '{folder}/profile'
SET profile_output = '{folder}/profile'
SET http_proxy = '127.0.0.1:{port}'
SET ca_cert_file = '{canary}'
SET s3_endpoint = '127.0.0.1:{port}'
SET max_expression_depth = 1000000
SET enable_progress_bar_print = true
SET errors_as_json = true
SET custom_user_agent = 'x'
SET GLOBAL TimeZone = 'Asia/Tokyo'
SET TimeZone = NULL
SET Calendar TO null
SET SESSION TimeZone = $1
SET TimeZone = NULLIF(1, 1)
EXPLAIN ANALYZE SET TimeZone = NULL
SELECT txid_current()
SELECT reservoir_quantile(a, []) FROM kept
SELECT a.reservoir_quantile(0.5, 2147483647) FROM kept
CREATE TABLE t (a BIGINT DEFAULT txid_current())
SET GLOBAL threads = 1
SET "threads" = 1
SET THREADS TO 1
SET SESSION threads = 1
RESET threads
RESET GLOBAL TimeZone
RESET temp_directory
RESET lock_configuration
USE __ducklake_metadata_lake
USE "__ducklake_metadata_lake".main
USE '__ducklake_metadata_lake'
SET schema = '__ducklake_metadata_lake'
SET schema = '__ducklake_metadata_lake.main'
SET schema = '__duck' || 'lake_metadata_lake'
SET schema TO concat('__duck', 'lake_metadata_lake')
SET schema = E'__duck\x6cake_metadata_lake'
SET schema = $$__ducklake_metadata_lake$$
SET schema = __ducklake_metadata_lake
SET search_path = 'main,__ducklake_metadata_lake'
SET search_path = '"__ducklake_metadata_lake".main'
SET search_path = (SELECT '__duck' || 'lake_metadata_lake')
SELECT * FROM __ducklake_metadata_lake.ducklake_snapshot
SELECT * FROM "__ducklake_metadata_lake".main.ducklake_snapshot
SELECT * FROM __DUCKLAKE_METADATA_LAKE.ducklake_snapshot
SELECT * FROM "__DuckLake_Metadata_LAKE"."main"."ducklake_snapshot"
SELECT * FROM /* */ __ducklake_metadata_lake /* */ . /* */ ducklake_snapshot
TABLE __ducklake_metadata_lake.ducklake_table
DESCRIBE __ducklake_metadata_lake.ducklake_table
SUMMARIZE __ducklake_metadata_lake.ducklake_table
SHOW TABLES FROM __ducklake_metadata_lake
DELETE FROM __ducklake_metadata_lake.ducklake_snapshot
UPDATE __ducklake_metadata_lake.ducklake_snapshot SET snapshot_id = 0
INSERT INTO __ducklake_metadata_lake.ducklake_tag SELECT * FROM __ducklake_metadata_lake.ducklake_tag
TRUNCATE __ducklake_metadata_lake.ducklake_snapshot
DROP TABLE __ducklake_metadata_lake.ducklake_snapshot
ALTER TABLE __ducklake_metadata_lake.ducklake_snapshot RENAME TO x
CREATE TABLE __ducklake_metadata_lake.x (a INTEGER)
CREATE VIEW spy AS SELECT * FROM __ducklake_metadata_lake.ducklake_snapshot
CREATE VIEW memory.main.spy AS SELECT content FROM read_text('{canary}')
CREATE TEMP VIEW spy AS FROM duckdb_secrets()
CREATE MACRO memory.main.spy() AS TABLE FROM __ducklake_metadata_lake.ducklake_snapshot
CREATE TEMP MACRO spy(f) AS TABLE FROM read_text(f)
CREATE OR REPLACE TEMP MACRO spy(t) AS TABLE FROM query_table(t)
CREATE TEMP FUNCTION spy(x) AS json_serialize_plan(x)
CREATE TABLE spy AS FROM read_text('{canary}')
CREATE TEMP TABLE spy (a VARCHAR DEFAULT (current_setting('temp_directory')))
CREATE TABLE spy AS SELECT * FROM postgres_query('x', 'y')
INSERT INTO kept SELECT 1 FROM read_text('{canary}')
MERGE INTO kept USING (FROM read_text('{canary}')) AS s ON false WHEN NOT MATCHED THEN INSERT VALUES (1)
DELETE FROM kept WHERE EXISTS (FROM glob('{folder}/*'))
UPDATE kept SET a = (SELECT count(*) FROM glob('{folder}/*'))
ALTER DATABASE lake SET ALIAS TO other
COMMENT ON DATABASE lake IS 'x'
FORCE CHECKPOINT
FORCE CHECKPOINT lake
CALL force_checkpoint('lake')
SELECT * FROM query('SELECT 42')
FROM query('SELECT content FROM read_text(''{canary}'')')
FROM query('FROM __duck' || 'lake_metadata_lake.ducklake_snapshot')
FROM query_table('kept')
FROM query_table(['kept', 'kept'])
FROM query_table('__duck' || 'lake_metadata_lake.ducklake_snapshot')
FROM histogram('__duck' || 'lake_metadata_lake.ducklake_snapshot', snapshot_id)
FROM histogram_values(kept, a)
SELECT x.* FROM kept, histogram('__duck' || 'lake_metadata_lake.ducklake_snapshot', snapshot_id) AS x
FROM (FROM histogram('__duck' || 'lake_metadata_lake.ducklake_snapshot', snapshot_id))
FROM json_execute_serialized_sql(json_serialize_sql('SELECT 42'))
SELECT json_serialize_plan('SELECT 1')
FROM duckdb_table_sample('kept')
FROM seq_scan('kept')
FROM pragma_storage_info('kept')
FROM pragma_metadata_info('lake')
FROM arrow_scan(1, 2, 3)
FROM arrow_scan_dumb(1, 2, 3)
FROM lakehouse_rows('x')
SELECT __internal_decompress_string(1::UBIGINT)
FROM postgres_scan('host=127.0.0.1 port={port}', 'public', 'x')
FROM postgres_scan_pushdown('host=127.0.0.1 port={port}', 'public', 'x')
FROM postgres_query('__ducklake_metadata_lake', 'SELECT 1')
CALL postgres_execute('__ducklake_metadata_lake', 'SELECT 1')
CALL postgres_attach('host=127.0.0.1 port={port}')
FROM sqlite_scan('{folder}/x.sqlite', 'x')
FROM sqlite_query('x', 'SELECT 1')
CALL sqlite_attach('{folder}/x.sqlite')
FROM read_postgres_binary('{canary}')
CALL dbgen(sf = 0, catalog = '__duck' || 'lake_metadata_lake')
CALL dbgen(sf = 0, "catalog" = '__duck' || 'lake_metadata_lake')
EXPLAIN ATTACH ':memory:' AS other
EXPLAIN COPY kept TO '{folder}/stolen.csv'
EXPLAIN ANALYZE COPY kept TO '{folder}/stolen.csv'
EXPLAIN (ANALYZE) COPY kept TO '{folder}/stolen.csv'
EXPLAIN (ANALYZE, FORMAT json) COPY kept TO '{folder}/stolen.csv'
EXPLAIN (values) COPY kept TO '{folder}/stolen.csv'
EXPLAIN ANALYZE FROM read_text('{canary}')
EXPLAIN ANALYZE SET threads = 1
EXPLAIN ("analyze") COPY kept TO '{folder}/stolen.csv'
EXPLAIN ("Analyze", FORMAT json) COPY kept TO '{folder}/stolen.csv'
EXPLAIN ("analyze") SET schema = '__ducklake_metadata_lake'
EXPLAIN ("analyze") SET search_path = '__ducklake_metadata_lake.main'
EXPLAIN ("analyze") LOAD json
EXPLAIN ("analyze") SET threads = 1
EXPLAIN UPDATE EXTENSIONS
EXPLAIN ANALYZE UPDATE EXTENSIONS (json)
EXPLAIN ANALYZE BEGIN
BEGIN; EXPLAIN ANALYZE COMMIT
BEGIN; EXPLAIN ("analyze") ROLLBACK
PREPARE p AS COPY kept TO '{folder}/stolen.csv'
PREPARE p AS SELECT * FROM read_text($1)
PREPARE p AS ATTACH ':memory:' AS other
PREPARE p AS SET threads = 1
SELECT 1; COPY kept TO '{folder}/stolen.csv'
SELECT 1; SELECT 2; SELECT * FROM read_text('{canary}'); SELECT 3
/* harmless */ ATTACH ':memory:' AS other
;;; ATTACH ':memory:' AS other
aTtAcH ':memory:' AS other
FROM "read_text"('{canary}')
FROM READ_TEXT('{canary}')
FROM main.read_text('{canary}')
FROM system.main.read_text('{canary}')
FROM "system"."main"."Read_Text"('{canary}')
FROM read_text /* */ ('{canary}')
FROM read_text/* /* nested */ */('{canary}')
FROM read_text\u00a0('{canary}')
FROM\u00a0read_text('{canary}')
FROM read_text\u2003('{canary}')
FROM read_text\u200b('{canary}')
FROM read_text\u3000('{canary}')
FROM read_text\ufeff('{canary}')
FROM read_text\u2060('{canary}')
-- comment\rFROM read_text('{canary}')
-- comment\nFROM read_text('{canary}')
/* /* */ */ FROM read_text('{canary}')
/*/ */ FROM read_text('{canary}')
SELECT '\\' FROM read_text('{canary}') --'
SELECT 'a''' FROM read_text('{canary}') --'
SELECT E'\\'' FROM kept; FROM read_text('{canary}') --'
SELECT E'\\\\' FROM read_text('{canary}') --'
SELECT n'\\' FROM read_text('{canary}') --'
SELECT x'\\' FROM read_text('{canary}') --'
SELECT 'a'\n'\\' FROM read_text('{canary}') --'
SELECT E'a'\n'\\'' FROM kept UNION ALL FROM read_text('{canary}') --'
SELECT a$$ FROM (SELECT 1 AS a$$), read_text('{canary}') --$$
SELECT 1 AS x$y$ FROM read_text('{canary}') -- $y$
SELECT $a\u00a0$ FROM read_text('{canary}') --$a\u00a0$
SELECT $$ $$, content FROM read_text('{canary}') --$$
SELECT "a""" FROM (SELECT 1 AS "a""") , read_text('{canary}') --"
SELECT 1E'\\' FROM read_text('{canary}') --'
SELECT 1e5 FROM read_text('{canary}')
SELECT 0x1F FROM read_text('{canary}')
SELECT 1.FROM read_text('{canary}')
WITH x AS (FROM read_text('{canary}')) FROM x
WITH x AS MATERIALIZED (FROM read_text('{canary}')) FROM x
WITH query(a) AS (SELECT 1) FROM query('SELECT 42')
WITH RECURSIVE x AS (SELECT content FROM read_text('{canary}') UNION ALL FROM x) FROM x
SELECT * FROM kept WHERE a IN (SELECT size FROM read_text('{canary}'))
SELECT * FROM kept, LATERAL (FROM read_text('{canary}'))
SELECT * FROM (VALUES (1)) AS v(f), LATERAL read_text('{canary}')
SELECT list_transform([1], lambda x: (SELECT content FROM read_text('{canary}')))
SELECT (FROM read_text('{canary}'))
VALUES ((SELECT content FROM read_text('{canary}')))
SELECT * FROM (PIVOT (FROM read_text('{canary}')) ON size USING count(*))
SELECT 1 ORDER BY (SELECT content FROM read_text('{canary}'))
SELECT 1 LIMIT (SELECT size FROM read_text('{canary}'))
SET VARIABLE v = (SELECT content FROM read_text('{canary}'))
CALL read_text('{canary}')
SHOW read_text('{canary}')
FROM lake.set_commit_message('mallory', 'x')
CREATE VIEW spy AS FROM ducklake_set_commit_message('lake', 'mallory', 'x')
CREATE TABLE lake.nanos (a Time_NS)
CREATE TABLE lake.nanos (a INTEGER, b "time_ns")
CREATE TABLE lake.nanos (a STRUCT(b TIME_NS))
CREATE TABLE lake.nanos (a MAP(VARCHAR, TIME_NS))
CREATE TABLE lake.nanos (a TIME_NS[])
CREATE TABLE lake.nanos (add TIME_NS)
CREATE TABLE lake.nanos (a INTEGER, exists TIME_NS)
CREATE TABLE lake.nanos (a STRUCT(filter TIME_NS, over TIME_NS))
CREATE TABLE lake.nanos (a main.TIME_NS)
CREATE TABLE lake.nanos (a "memory" . main."Time_NS")
CREATE TABLE lake.nanos (a\u2013select TIME_NS, b INTEGER)
CREATE TABLE lake.nanos AS SELECT '01:00'::TIME_NS AS a FROM range(20)
CREATE TABLE lake.nanos AS SELECT CAST('01:00' AS TIME_NS) AS a
CREATE TABLE lake.nanos AS SELECT TIME_NS '01:00' AS a
CREATE TABLE lake.nanos AS SELECT from_json('{"a": "01:00"}', '{"a": "TIME_NS"}') AS a
CREATE VIEW lake.nanos AS SELECT '01:00':: /* of a day */ TIME_NS AS a
CREATE TYPE lake.nanos AS TIME_NS
CREATE MACRO memory.main.nanos(x) AS x::TIME_NS
ALTER TABLE lake.kept ADD COLUMN b TIME_NS
ALTER TABLE lake.kept ALTER a TYPE TIME_NS
ALTER TABLE lake.kept ALTER a SET DATA TYPE main.TIME_NS
ALTER TABLE lake.kept ADD add TIME_NS
ALTER TABLE lake.kept ADD COLUMN IF NOT EXISTS exists TIME_NS
SET VARIABLE nanos = '01:00'::TIME_NS
PREPARE nanos AS CREATE TABLE lake.nanos AS SELECT '01:00'::TIME_NS AS a
PREPARE nanos AS CREATE TABLE lake.nanos AS SELECT ? AS a; EXECUTE nanos(TIME_NS '01:00')
EXPLAIN ANALYZE CREATE TABLE lake.nanos AS SELECT '01:00'::TIME_NS AS a
