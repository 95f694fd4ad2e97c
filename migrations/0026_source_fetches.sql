-- Files of registers that are fetched over HTTP, each by its own schedule. Due times, leases and attempts run on the
-- database's own clock.
create table source_fetch (
  id text primary key,
  name text not null check (length(name) between 1 and 200),
  url text not null check (length(url) <= 2048),
  cadence_hours integer not null check (cadence_hours between 1 and 8784),
  -- Static request headers, such as a key of the register; never read back.
  headers jsonb not null default '{}' check (jsonb_typeof(headers) = 'object'),
  enabled boolean not null,
  created_at timestamptz not null,
  -- What the server said of the file that was last taken whole, and of the one that was cut off.
  etag text,
  last_modified text,
  partial_etag text,
  due_at timestamptz not null,
  -- Failures since the last success; past the ladder the next try is the next time it is due.
  failures integer not null default 0,
  token uuid,
  lease_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  last_bytes bigint,
  -- Adapter that read the last file.
  source text
);
create index on source_fetch (due_at) where enabled;
