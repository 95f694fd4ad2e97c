-- How far a run has come, chunk by chunk: records are staged by COPY as they are read, and merged once the whole file was
-- looked at. A run that was cut short goes on after its last staged chunk, or its last merged one.
create table ingest_chunk (
  run_id text not null references ingest_run,
  -- From 1 without gaps, in the order of the file.
  chunk integer not null check (chunk > 0),
  records integer not null check (records > 0),
  rejected integer not null check (rejected between 0 and records),
  merged_at timestamptz,
  primary key (run_id, chunk)
);

alter table ingest_run
  -- Held while a process works at the run; past it, another may take the run over.
  add column lease_until timestamptz,
  add column token uuid,
  alter column read type bigint,
  alter column accepted type bigint,
  alter column duplicate type bigint,
  alter column quarantined type bigint,
  alter column signals type bigint;
alter table quarantine alter column line type bigint;
create index on ingest_run (file_sha256) where finished_at is null;

-- Staged rows live here, in unlogged tables of their run, which go with it.
create schema staging;

-- Every row is made from its patent's own record in the same statement, so that looking each patent up again proves nothing.
alter table patent_facts drop constraint patent_facts_patent_id_fkey;
alter table signal drop constraint signal_patent_id_fkey;
