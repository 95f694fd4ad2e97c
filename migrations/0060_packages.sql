-- Packages: a version of a draft as it goes to an office, and what was handed in. Seen by whoever sees the draft.
create table filing_package (
  id text primary key,
  draft_id text not null references filing_draft,
  firm_id text not null references organisation,
  version integer not null,
  office text not null check (office in ('CN', 'EP', 'WO')),
  -- Of the archive: equal texts give equal bytes under one version of the program.
  sha256 bytea not null check (length(sha256) = 32),
  size_bytes integer not null check (size_bytes > 0),
  -- Name, SHA-256 and size of each file in it.
  files jsonb not null,
  -- Errors that the checks found, in spite of which the firm wanted it.
  errors integer not null check (errors >= 0),
  -- The archive in base64, sealed.
  content text not null,
  organisation_id text not null references organisation,
  author_id text not null,
  made_at timestamptz not null,
  foreign key (draft_id, version) references filing_draft_version,
  unique (draft_id, version, sha256)
);
create index on filing_package (draft_id, id);

-- Each time that it was handed in, and what came of it.
create table filing_submission (
  id text primary key,
  package_id text not null references filing_package,
  outcome text not null check (outcome in ('received', 'failed')),
  attempts integer not null check (attempts > 0),
  receipt jsonb,
  reason text,
  author_id text not null,
  submitted_at timestamptz not null,
  check ((outcome = 'received') = (receipt is not null) and (outcome = 'failed') = (reason is not null))
);
create index on filing_submission (package_id, id);

do $$
declare
  name text;
  seen constant text := 'exists (select from filing_draft where filing_draft.id = draft_id)';
  of_package constant text := 'exists (select from filing_package where filing_package.id = package_id)';
begin
  foreach name in array '{filing_package, filing_submission}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
  end loop;
  execute format('create policy requests on filing_package to pledgewatch_app using (%s)
    with check (%1$s and organisation_id = (select current_organisation()))', seen);
  execute format('create policy requests on filing_submission to pledgewatch_app using (%s) with check (%1$s)', of_package);
end $$;
