-- Experts and intermediaries: who they are, what they were asked, what they say (docs/decisions/0038-haircuts-learnt-from-deals.md).
create table expert_profile (
  organisation_id text primary key references organisation,
  -- Its own, given away by publishing it.
  name text not null,
  summary text not null check (length(summary) between 1 and 2000),
  -- WIPO's technology fields.
  fields smallint[] not null check (cardinality(fields) between 1 and 35 and 1 <= all (fields) and 35 >= all (fields)),
  -- Offices and countries, ISO 3166.
  regions text[] not null check (cardinality(regions) between 1 and 50),
  intermediary boolean not null,
  -- Takes engagements now.
  open boolean not null,
  changed_at timestamptz not null
);

create table expert_engagement (
  id text primary key,
  engager_id text not null references organisation,
  -- As the expert reads it: who asks gives its own name.
  engager_name text not null,
  expert_id text not null references expert_profile,
  expert_name text not null,
  -- A deal of the engager's, or a patent, with one of its valuations where the opinion stands beside that.
  deal_id text references listing_deal,
  patent_id uuid,
  valuation_id text,
  brief text not null check (length(brief) between 1 and 2000),
  state text not null check (state in ('asked', 'accepted', 'declined', 'withdrawn', 'delivered', 'ended')),
  asked_at timestamptz not null,
  changed_at timestamptz not null,
  check (engager_id <> expert_id),
  check ((deal_id is null) <> (patent_id is null)),
  check (valuation_id is null or patent_id is not null),
  unique (id, engager_id),
  unique (id, expert_id)
);
create index on expert_engagement (engager_id, id);
create index on expert_engagement (expert_id, id);
create index on expert_engagement (patent_id);
create index on expert_engagement (deal_id);
create unique index expert_is_asked_once on expert_engagement (engager_id, expert_id, coalesce(deal_id, patent_id::text))
  where state in ('asked', 'accepted', 'delivered');

-- To whom the engager shows it.
create table expert_share (
  engagement_id text not null,
  engager_id text not null,
  organisation_id text not null references organisation,
  shared_at timestamptz not null,
  primary key (engagement_id, organisation_id),
  foreign key (engagement_id, engager_id) references expert_engagement (id, engager_id)
);
create index on expert_share (organisation_id);

create table expert_opinion (
  id text primary key,
  engagement_id text not null,
  expert_id text not null,
  version integer not null check (version > 0),
  text text not null check (length(text) between 1 and 20000),
  low_minor bigint not null check (low_minor >= 0),
  mid_minor bigint not null check (mid_minor >= low_minor),
  high_minor bigint not null check (high_minor >= mid_minor),
  currency char(3) not null,
  as_of date not null,
  -- Over the canonical JSON of all of the above but the ids.
  content_sha256 bytea not null check (length(content_sha256) = 32),
  -- The person who signed in and wrote it.
  author text not null,
  written_at timestamptz not null,
  unique (engagement_id, version),
  foreign key (engagement_id, expert_id) references expert_engagement (id, expert_id)
);

-- Shown to everybody as a mean; who gave it is not in it.
create table expert_rating (
  engagement_id text primary key,
  expert_id text not null,
  score smallint not null check (score between 1 and 5),
  rated_on date not null,
  foreign key (engagement_id, expert_id) references expert_engagement (id, expert_id)
);
create index on expert_rating (expert_id);

-- Ranges of seller and buyer: sealed, and read by their own side alone.
create table listing_expectation (
  id text primary key,
  deal_id text not null references listing_deal,
  listing_id text not null references listing,
  side text not null check (side in ('seller', 'buyer')),
  organisation_id text not null references organisation,
  round integer not null check (round > 0),
  sealed text not null,
  submitted_at timestamptz not null,
  binds_until timestamptz not null check (binds_until > submitted_at),
  -- Null while the other side of the round has not submitted.
  overlap boolean,
  answered_at timestamptz,
  consented_at timestamptz,
  unique (deal_id, round, side),
  check ((overlap is null) = (answered_at is null)),
  check (consented_at is null or overlap)
);
create index on listing_expectation (organisation_id, submitted_at);
create index on listing_expectation (listing_id, organisation_id);

do $$
declare name text; reads text; writes text;
begin
  foreach name in array '{expert_share, expert_opinion, expert_rating}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
  end loop;
  for name, reads, writes in values
    ('expert_profile', 'current_organisation() is not null', 'organisation_id = (select current_organisation())'),
    ('expert_engagement', '(select current_organisation()) in (engager_id, expert_id) or exists (select from expert_share
      where engagement_id = expert_engagement.id and organisation_id = (select current_organisation()))',
      '(select current_organisation()) in (engager_id, expert_id)'),
    ('expert_share', '(select current_organisation()) in (engager_id, organisation_id)',
      'engager_id = (select current_organisation())'),
    ('expert_opinion', 'exists (select from expert_engagement where expert_engagement.id = engagement_id)',
      'expert_id = (select current_organisation())'),
    ('expert_rating', 'current_organisation() is not null', 'exists (select from expert_engagement
      where expert_engagement.id = engagement_id and engager_id = (select current_organisation()))'),
    ('listing_expectation', 'organisation_id = (select current_organisation())',
      'organisation_id = (select current_organisation())')
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%s)', name, reads, writes);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
end $$;
grant update (summary, fields, regions, intermediary, open, changed_at) on expert_profile to pledgewatch_app;
grant update (state, changed_at) on expert_engagement to pledgewatch_app;
grant update (consented_at) on listing_expectation to pledgewatch_app;
