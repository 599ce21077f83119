-- The project's roles and database: run by psql as a superuser, any number of times.
--
-- Variables (psql --set): owner, app, database; owner_password and app_password where the roles
-- log in over the network. The owner migrates and runs the tests; the application's role owns
-- nothing: its rights on tables are granted after the migrations.

\set ON_ERROR_STOP on
\if :{?owner} \else \set owner sress_owner \endif
\if :{?app} \else \set app sress_app \endif
\if :{?database} \else \set database sress \endif

SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', role)
FROM unnest(ARRAY[:'owner', :'app']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

ALTER ROLE :"owner" LOGIN NOSUPERUSER CREATEDB NOCREATEROLE;
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
\if :{?owner_password}
  ALTER ROLE :"owner" PASSWORD :'owner_password';
\endif
\if :{?app_password}
  ALTER ROLE :"app" PASSWORD :'app_password';
\endif

-- So that the owner's tests can act as the application (SET ROLE).
GRANT :"app" TO :"owner";

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

-- The owner of a database may create its trusted extensions (unaccent, pg_trgm, btree_gist).
ALTER DATABASE :"database" OWNER TO :"owner";
GRANT CONNECT ON DATABASE :"database" TO :"app";

\connect :"database"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
