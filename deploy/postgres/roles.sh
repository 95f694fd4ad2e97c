#!/bin/sh
# Runs once, on an empty server: the folder of the archive, the login that owns the tables, the one that serves, and the roles that it takes on.
set -eu
mkdir -p /var/lib/postgresql/archive
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
  --set=owner_password="$OWNER_PASSWORD" --set=service_password="$SERVICE_PASSWORD" <<'SQL'
create role pledgewatch_app;
create role pledgewatch_worker;
create role pledgewatch login createrole password :'owner_password' in role pledgewatch_app, pledgewatch_worker;
create role pledgewatch_service login noinherit password :'service_password' in role pledgewatch_app, pledgewatch_worker;
create database pledgewatch owner pledgewatch;
SQL
