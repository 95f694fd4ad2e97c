-- Agencies: whom documents name as agents, the directory of those that can be instructed, and engagements over drafts.
alter table patent_party drop constraint patent_party_role_check;
alter table patent_party add constraint patent_party_role_check check (role in ('owner', 'applicant', 'inventor', 'agent'));
create index patent_party_agent on patent_party (lower(name)) where role = 'agent';

-- What an agency says of itself. Staff look at its licence and admit it; what they looked at does not change unseen.
create table filing_agency (
  agency_id text primary key references organisation,
  licence_number text not null check (licence_number <> ''),
  -- As documents spell it: its record is of the cases that they name it in.
  register_names text[] not null check (cardinality(register_names) between 1 and 20),
  offices text[] not null check (cardinality(offices) between 1 and 20),
  languages text[] not null check (cardinality(languages) between 1 and 20),
  about text not null,
  state text not null check (state in ('asked', 'admitted', 'refused')),
  reason text not null,
  decided_by text,
  entered_at timestamptz not null,
  decided_at timestamptz,
  check ((state = 'asked') = (decided_at is null) and (state = 'asked') = (decided_by is null))
);

-- What its cases tell of it, and ratings by its clients; computed by the service alone.
create table filing_agency_record (
  agency_id text primary key references filing_agency,
  computed_at timestamptz not null,
  -- Lower end of its grant rate: the order of the directory.
  rate_low double precision not null,
  fields integer[] not null,
  record jsonb not null
);

-- A firm asks an agency to work on a draft; what becomes of it are its steps.
create table filing_engagement (
  id text primary key,
  draft_id text not null references filing_draft,
  firm_id text not null references organisation,
  agency_id text not null references organisation,
  -- Sealed: it is about what is not published yet.
  instruction text not null,
  -- Of the draft when it was asked: what conflicts of others are seen by.
  technology_field integer check (technology_field between 1 and 35),
  cited_owners text[] not null,
  -- Conflicts that were shown to the firm, which it accepts.
  accepted_conflicts text[] not null,
  author_id text not null,
  asked_at timestamptz not null
);
create index on filing_engagement (firm_id, id);
create index on filing_engagement (agency_id, id);
create index on filing_engagement (draft_id);

create table filing_engagement_step (
  engagement_id text not null references filing_engagement,
  number integer not null check (number > 0),
  step text not null check (step in ('accepted', 'declined', 'withdrawn', 'ended')),
  organisation_id text not null references organisation,
  author_id text not null,
  at timestamptz not null,
  primary key (engagement_id, number)
);
-- None is taken twice.
create unique index on filing_engagement_step (engagement_id, step);

create table filing_message (
  id text primary key,
  engagement_id text not null references filing_engagement,
  -- Of the engagement: it is sealed by this firm's key.
  firm_id text not null references organisation,
  organisation_id text not null references organisation,
  author_id text not null,
  -- Sealed.
  body text not null,
  sent_at timestamptz not null
);
create index on filing_message (engagement_id, id);

create table filing_rating (
  engagement_id text primary key references filing_engagement,
  score integer not null check (score between 1 and 5),
  note text not null,
  author_id text not null,
  rated_at timestamptz not null
);

do $$
declare
  name text;
  party constant text := '(select current_organisation()) in (firm_id, agency_id)';
  of_party constant text := 'exists (select from filing_engagement where filing_engagement.id = engagement_id)';
  of_firm constant text := 'exists (select from filing_engagement where filing_engagement.id = engagement_id
    and firm_id = (select current_organisation()))';
  condition text;
begin
  foreach name in array '{filing_engagement_step, filing_rating}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
  end loop;
  foreach name in array '{filing_agency, filing_agency_record, filing_engagement, filing_engagement_step, filing_message,
    filing_rating}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
  execute format('create policy requests on filing_engagement to pledgewatch_app using (%s)
    with check (firm_id = (select current_organisation()))', party);
  -- The agency accepts and declines, the firm withdraws, either ends it; nobody in the name of the other.
  execute format('create policy requests on filing_engagement_step to pledgewatch_app using (%s)
    with check (organisation_id = (select current_organisation()) and exists (select from filing_engagement
      where filing_engagement.id = engagement_id and (step = ''ended''
        or case when step = ''withdrawn'' then firm_id else agency_id end = (select current_organisation()))))', of_party);
  execute format('create policy requests on filing_message to pledgewatch_app using (%s)
    with check (organisation_id = (select current_organisation()) and exists (select from filing_engagement
      where filing_engagement.id = engagement_id and filing_engagement.firm_id = filing_message.firm_id))', of_party);
  execute format('create policy requests on filing_rating to pledgewatch_app using (%s) with check (%s)', of_party, of_firm);
end $$;
grant insert on filing_agency, filing_engagement, filing_engagement_step, filing_message, filing_rating to pledgewatch_app;
grant update on filing_agency to pledgewatch_app;

create policy requests on filing_agency to pledgewatch_app
  using (current_organisation() is not null and state = 'admitted' or agency_id = (select current_organisation())
    or (select is_staff()))
  with check (agency_id = (select current_organisation()) and state = 'asked' or (select is_staff()));
create policy requests on filing_agency_record to pledgewatch_app
  using (exists (select from filing_agency where filing_agency.agency_id = filing_agency_record.agency_id)) with check (false);

-- Whoever works on a draft: from its acceptance to its end.
create function is_engaged_on(draft text) returns boolean language sql stable
  return exists (select from filing_engagement where filing_engagement.draft_id = draft
    and agency_id = current_organisation()
    and exists (select from filing_engagement_step where engagement_id = id and step = 'accepted')
    and not exists (select from filing_engagement_step where engagement_id = id and step = 'ended'));

alter policy requests on filing_draft using (firm_id = (select current_organisation()) or is_engaged_on(id));

-- The agencies of the directory are for everybody to see; the parties of an engagement know each other.
do $$
declare condition text;
begin
  select pg_get_expr(polqual, polrelid) into strict condition from pg_policy
    where polrelid = 'organisation'::regclass and polname = 'requests';
  condition := format('(%s) or exists (select from filing_agency where filing_agency.agency_id = organisation.id)
    or exists (select from filing_engagement where organisation.id in (firm_id, filing_engagement.agency_id))', condition);
  execute format('alter policy requests on organisation using (%s) with check (%1$s)', condition);
end $$;
