-- Drafts of applications: texts of a firm, which its engaged agencies read and comment on, and nobody else, staff included.
-- An engagement widens the policy of filing_draft alone; all that hangs on a draft goes by whether the draft is seen.
create table filing_draft (
  id text primary key,
  firm_id text not null references organisation,
  -- The firm's own name for it.
  reference text not null check (reference <> ''),
  form text not null check (form in ('CN', 'EP', 'PCT')),
  right_type text not null check (right_type in ('invention', 'utility_model')),
  language text not null check (language in ('en', 'zh')),
  -- The latest of filing_draft_version.
  version integer not null check (version > 0),
  created_at timestamptz not null,
  unique (firm_id, reference),
  check (right_type = 'invention' or form = 'CN')
);
create index on filing_draft (firm_id, id);

-- Append-only: what was written stays.
create table filing_draft_version (
  draft_id text not null references filing_draft,
  version integer not null check (version > 0),
  title text not null,
  claims text not null,
  description text not null,
  abstract text not null,
  -- One figure a line, with its reference signs.
  figures text not null,
  -- IPC or CPC symbols that its authors expect.
  classes text[] not null,
  -- Numbers of patents that the description cites.
  cited text[] not null,
  -- Of title, claims, description, abstract, figures, classes and cited as canonical JSON.
  sha256 bytea not null check (length(sha256) = 32),
  note text not null,
  author_id text not null,
  written_at timestamptz not null,
  primary key (draft_id, version)
);

create table filing_comment (
  id text primary key,
  draft_id text not null references filing_draft,
  version integer not null,
  part text not null check (part in ('title', 'claims', 'description', 'abstract', 'figures')),
  -- Of part claims.
  claim integer check (claim > 0),
  body text not null check (body <> ''),
  organisation_id text not null references organisation,
  author_id text not null,
  written_at timestamptz not null,
  resolved_by text,
  resolved_at timestamptz,
  foreign key (draft_id, version) references filing_draft_version,
  check (claim is null or part = 'claims'),
  check ((resolved_by is null) = (resolved_at is null))
);
create index on filing_comment (draft_id, id);

-- What the checks said of a version; another version of the checks says it anew beside it.
create table filing_check (
  draft_id text not null,
  version integer not null,
  checks_version text not null,
  findings jsonb not null,
  sha256 bytea not null check (length(sha256) = 32),
  checked_at timestamptz not null,
  primary key (draft_id, version, checks_version),
  foreign key (draft_id, version) references filing_draft_version
);

-- A search for prior art with all that it takes to ask again, and what was found.
create table filing_search (
  id text primary key,
  draft_id text not null,
  version integer not null,
  -- Only patents filed before this day; null: all.
  filed_before date,
  query jsonb not null,
  -- Patents that could be found, and the day that the database stood at.
  corpus jsonb not null,
  found jsonb not null,
  matrix jsonb not null,
  -- Of query and found as canonical JSON.
  sha256 bytea not null check (length(sha256) = 32),
  author_id text not null,
  searched_at timestamptz not null,
  foreign key (draft_id, version) references filing_draft_version
);
create index on filing_search (draft_id, id);

create table filing_score (
  search_id text primary key references filing_search,
  draft_id text not null references filing_draft,
  score jsonb not null,
  scored_at timestamptz not null
);
create index on filing_score (draft_id);

do $$
declare
  name text;
  seen constant text := 'exists (select from filing_draft where filing_draft.id = draft_id)';
  own constant text := 'exists (select from filing_draft where filing_draft.id = draft_id
    and firm_id = (select current_organisation()))';
begin
  foreach name in array '{filing_draft, filing_draft_version, filing_comment, filing_check, filing_search, filing_score}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
  end loop;
  create policy requests on filing_draft to pledgewatch_app
    using (firm_id = (select current_organisation())) with check (firm_id = (select current_organisation()));
  -- An agency works on a draft, and the firm alone writes it.
  foreach name in array '{filing_check, filing_search, filing_score}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%2$s)', name, seen);
  end loop;
  execute format('create policy requests on filing_draft_version to pledgewatch_app using (%s) with check (%s)', seen, own);
  execute format('create policy requests on filing_comment to pledgewatch_app using (%s)
    with check (%1$s and (organisation_id = (select current_organisation()) or resolved_at is not null))', seen);
end $$;
grant update (version) on filing_draft to pledgewatch_app;
grant update (resolved_by, resolved_at) on filing_comment to pledgewatch_app;
