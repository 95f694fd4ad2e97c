-- Needs and offers of the network (docs/decisions/0040-needs-and-offers.md). What is posted is for everybody to read and
-- the service alone writes it; whose it is stands in tables of their own, so that what everybody reads does not hold it.
create table network_need (
  -- Random throughout: ids that tell when they were made would tell which belong together.
  id text primary key,
  state text not null check (state in ('open', 'matched', 'closed', 'expired')),
  profile text not null,
  display_name text not null,
  pseudonym_id text references pseudonym,
  title text not null check (length(title) between 1 and 200),
  body text not null check (length(body) between 1 and 4000),
  -- Where it is needed, and where what meets it may come from (models/matching/regions.ts).
  region text,
  wanted_regions text[] not null,
  excluded_regions text[] not null,
  -- WIPO technology fields.
  fields smallint[] not null,
  excluded_fields smallint[] not null,
  -- Kinds of offers; none is any.
  kinds text[] not null,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  budget_min_minor bigint check (budget_min_minor >= 0),
  budget_max_minor bigint check (budget_max_minor >= budget_min_minor),
  currency text check ((currency is null) = (budget_min_minor is null and budget_max_minor is null)),
  document tsvector not null,
  posted_on date not null
);
create index on network_need (posted_on desc, id desc) where state in ('open', 'matched');
create index on network_need (ends_on) where state in ('open', 'matched');
create index on network_need using gin (document);

create table network_offer (
  id text primary key,
  kind text not null check (kind in ('patent', 'listing', 'agency', 'expert', 'technology')),
  state text not null check (state in ('open', 'withdrawn', 'expired')),
  profile text not null,
  display_name text not null,
  pseudonym_id text references pseudonym,
  title text not null check (length(title) between 1 and 200),
  body text not null check (length(body) between 1 and 4000),
  region text,
  -- The region and all that it lies in.
  region_levels text[] not null,
  fields smallint[] not null,
  available_from date,
  available_until date check (available_until >= available_from),
  price_min_minor bigint check (price_min_minor >= 0),
  price_max_minor bigint check (price_max_minor >= price_min_minor),
  currency text check ((currency is null) = (price_min_minor is null and price_max_minor is null)),
  patent_ids uuid[] not null,
  -- Of introductions to it, how many are over and how many of those came to a meeting or a deal.
  introductions_over integer not null default 0,
  introductions_came integer not null default 0 check (introductions_came between 0 and introductions_over),
  document tsvector not null,
  posted_on date not null
);
create index on network_offer (posted_on desc, id desc) where state = 'open';
create index on network_offer (available_until) where state = 'open';
create index on network_offer using gin (document);
create index on network_offer using gin (fields, region_levels);

-- How many offers have a word; of no word all offers.
create table network_term (
  term text primary key collate "C",
  offers bigint not null
);

create table network_need_owner (
  need_id text primary key references network_need,
  organisation_id text not null references organisation,
  -- Of what it says, by which one that is posted twice is known.
  fingerprint bytea not null,
  posted_at timestamptz not null
);
create index on network_need_owner (organisation_id, fingerprint);

create table network_offer_owner (
  offer_id text primary key references network_offer,
  organisation_id text not null references organisation,
  fingerprint bytea not null,
  -- Of what was kept for another module: its id there.
  source_id text unique,
  posted_at timestamptz not null
);
create index on network_offer_owner (organisation_id, fingerprint);

do $$
declare name text;
begin
  foreach name in array '{network_need, network_offer, network_term, network_need_owner, network_offer_owner}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
  -- A condition that is always true lets the planner use the indexes of words, which one that is not would keep it from.
  foreach name in array '{network_need, network_offer, network_term}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app using (true) with check (false)', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
  foreach name in array '{network_need_owner, network_offer_owner}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app using (organisation_id = (select current_organisation()))
      with check (organisation_id = (select current_organisation()))', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
  end loop;
end $$;

create function holds_need(id text) returns boolean language sql stable
  return exists (select from network_need_owner where need_id = holds_need.id and organisation_id = current_organisation());
create function holds_offer(id text) returns boolean language sql stable
  return exists (select from network_offer_owner where offer_id = holds_offer.id and organisation_id = current_organisation());

-- An offer too can be shown under a pseudonym.
alter table pseudonym_use drop constraint pseudonym_use_context_kind_check;
alter table pseudonym_use add constraint pseudonym_use_context_kind_check
  check (context_kind in ('listing', 'want', 'need', 'offer'));
