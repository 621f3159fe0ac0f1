-- Lets the server's identity log in to PostgreSQL and keep its catalog there. May be run again.
-- Variables: role (the identity's name), oid (its object id), database.
\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on

SELECT pgaadauth_create_principal_with_oid(:'role', :'oid', 'service', false, false)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role');

-- An identity that was deleted and made again has the old name and a new id.
SELECT count(*) > 0 AS is_of_another FROM pg_shseclabel
JOIN pg_roles ON pg_roles.oid = pg_shseclabel.objoid
WHERE rolname = :'role' AND provider = 'pgaadauth' AND position(:'oid' IN label) = 0 \gset
\if :is_of_another
SELECT format('aadauth,oid=%s,type=service', :'oid') AS label \gset
SECURITY LABEL FOR "pgaadauth" ON ROLE :"role" IS :'label';
\endif

GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO :"role";
\connect :"database"
GRANT USAGE, CREATE ON SCHEMA public TO :"role";
