-- Everything about patents is keyed by patent_id first, so that it can be distributed by it.
-- patent_id is derived from office and application number (src/patents/identity.ts).
create table patent (
  patent_id uuid primary key,
  office text not null check (office ~ '^[A-Z]{2}$'),
  application_number text not null check (length(application_number) between 1 and 40),
  right_type text not null check (right_type in ('invention', 'utility_model', 'design')),
  source text not null,
  known_at timestamptz not null
);
create index on patent (office, application_number);

-- Bibliographic facts, append-only: a record that adds to what is known or differs from it makes a new row, in which
-- what that record leaves out is carried over.
create table patent_facts (
  patent_id uuid not null references patent,
  known_at timestamptz not null,
  publication_number text,
  kind text,
  filed_on date,
  priority_on date,
  title text,
  claims integer check (claims > 0),
  ipc text[] not null,
  individual_applicant boolean,
  domestic_applicant boolean,
  agency boolean,
  primary key (patent_id, known_at)
);

-- Signals, append-only and bitemporal: in law, in the gazette, to us.
create table signal (
  patent_id uuid not null references patent,
  signal_id uuid not null,
  source text not null,
  kind text not null,
  category char(1) not null,
  source_code text not null,
  effective_on date,
  published_on date not null,
  known_at timestamptz not null,
  detail jsonb not null default '{}',
  primary key (patent_id, signal_id)
);

create table ingest_run (
  id text primary key,
  source text not null,
  name text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  read integer not null default 0,
  accepted integer not null default 0,
  duplicate integer not null default 0,
  quarantined integer not null default 0,
  signals integer not null default 0,
  failure text,
  constraint every_record_is_accounted_for check (read = accepted + duplicate + quarantined)
);
create index on ingest_run (source, started_at);

create table quarantine (
  run_id text not null references ingest_run,
  -- Counts within the run: one line of a file can hold many bad records.
  number integer not null,
  line integer not null,
  field text not null,
  reason text not null,
  excerpt text not null check (length(excerpt) <= 2048),
  primary key (run_id, number)
);
