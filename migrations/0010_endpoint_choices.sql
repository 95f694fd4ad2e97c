alter table endpoint
  -- A new endpoint is pinned to the newest version of the payload; one that was there, to the first.
  add column payload_version text not null default '2026-11-22',
  -- Static headers that each delivery carries, by lower-case name; never read back.
  add column headers jsonb not null default '{}' check (jsonb_typeof(headers) = 'object');
alter table endpoint alter column payload_version drop default, alter column headers drop default;
