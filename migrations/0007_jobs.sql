-- One row a job and slot: the key elects the worker that runs it.
create table job_run (
  job text not null,
  slot timestamptz not null,
  state text not null check (state in ('running', 'done', 'failed')),
  attempts integer not null default 1,
  token uuid not null,
  lease_until timestamptz not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  result jsonb,
  error text,
  primary key (job, slot)
);
