-- Listings of patents for sale or licence, wants, and deals over them (docs/decisions/0037-who-sells-is-told-by-consent.md). A party
-- is named in these tables by its pseudonym; by its organisation only where the other side reads nothing before the reveal.
create table listing (
  -- Random throughout, and a day for when: neither tells which listings are of one seller.
  id text primary key,
  pseudonym_id text not null references pseudonym,
  seller_name text not null,
  title text not null check (length(title) between 1 and 120),
  summary text not null check (length(summary) between 1 and 2000),
  know_how text check (length(know_how) between 1 and 2000),
  kinds text[] not null check (cardinality(kinds) > 0 and kinds <@ '{sale, exclusive_licence, licence}'),
  channels text[] not null check (cardinality(channels) > 0 and channels <@ '{talk, direct, team, intermediary}'),
  territories text[] not null check (cardinality(territories) > 0),
  asking_minor bigint check (asking_minor > 0),
  currency char(3) not null,
  -- Of its patents, to be searched by.
  offices text[] not null,
  fields smallint[] not null,
  right_types text[] not null,
  state text not null check (state in ('open', 'reserved', 'sold', 'withdrawn', 'expired')),
  listed_on date not null,
  expires_on date not null check (expires_on > listed_on)
);
create index on listing (listed_on desc, id) where state in ('open', 'reserved');
create index on listing (pseudonym_id);

-- Which patents they are tells whose they are: the register names the owner.
create table listing_patent (
  listing_id text not null references listing,
  patent_id uuid not null,
  primary key (listing_id, patent_id)
);
create index on listing_patent (patent_id);

-- What its seller keeps to itself: how it is reached, and of a disposal the pledge and the plan that was written with it.
create table listing_private (
  listing_id text primary key references listing,
  contact text check (length(contact) between 1 and 500),
  pledge_id text references pledge,
  plan text,
  plan_days integer check (plan_days > 0),
  check ((plan is null) = (plan_days is null))
);
create index on listing_private (pledge_id) where pledge_id is not null;

create table listing_want (
  id text primary key,
  pseudonym_id text not null references pseudonym,
  buyer_name text not null,
  title text not null check (length(title) between 1 and 120),
  summary text not null check (length(summary) between 1 and 2000),
  kinds text[] not null check (cardinality(kinds) > 0 and kinds <@ '{sale, exclusive_licence, licence}'),
  fields smallint[] not null,
  offices text[] not null,
  budget_minor bigint check (budget_minor > 0),
  currency char(3) not null,
  state text not null check (state in ('open', 'withdrawn', 'expired')),
  listed_on date not null,
  expires_on date not null check (expires_on > listed_on)
);
create index on listing_want (listed_on desc, id) where state = 'open';
create index on listing_want (pseudonym_id);

-- A seller points out a listing to who wants such a thing.
create table listing_want_answer (
  want_id text not null references listing_want,
  listing_id text not null references listing,
  answered_on date not null,
  primary key (want_id, listing_id)
);
create index on listing_want_answer (listing_id);

-- A seller sends a listing to an intermediary that it knows.
create table listing_referral (
  listing_id text not null references listing,
  intermediary_id text not null references organisation,
  sent_on date not null,
  primary key (listing_id, intermediary_id)
);
create index on listing_referral (intermediary_id, listing_id);

create table listing_deal (
  id text primary key,
  listing_id text not null references listing,
  seller_pseudonym_id text not null references pseudonym,
  seller_name text not null,
  buyer_pseudonym_id text not null references pseudonym,
  buyer_name text not null,
  channel text not null check (channel in ('talk', 'direct', 'team', 'intermediary')),
  -- Whether the team may see it and speak in it.
  with_team boolean not null,
  stage text not null check (stage in ('enquired', 'confidential', 'data_room', 'offered', 'accepted', 'filed', 'recorded',
    'closed', 'withdrawn')),
  seller_signed boolean not null default false,
  buyer_signed boolean not null default false,
  -- The offer that stands, or was accepted.
  offer_id text,
  -- What was accepted, from then on.
  kind text check (kind in ('sale', 'exclusive_licence', 'licence')),
  price_minor bigint check (price_minor > 0),
  currency char(3) not null,
  accepted_at timestamptz,
  filing_number text check (length(filing_number) between 1 and 100),
  recorded_on date,
  costs_minor bigint check (costs_minor >= 0),
  enquired_at timestamptz not null,
  changed_at timestamptz not null,
  check (seller_pseudonym_id <> buyer_pseudonym_id),
  check (stage in ('enquired', 'withdrawn') or seller_signed and buyer_signed),
  check (stage not in ('offered', 'accepted', 'filed', 'recorded', 'closed') or offer_id is not null),
  check (stage not in ('accepted', 'filed', 'recorded', 'closed')
    or kind is not null and price_minor is not null and accepted_at is not null),
  check (stage not in ('filed', 'recorded', 'closed') or filing_number is not null),
  check (stage not in ('recorded', 'closed') or recorded_on is not null),
  check (stage <> 'closed' or costs_minor is not null)
);
create index on listing_deal (seller_pseudonym_id);
create index on listing_deal (buyer_pseudonym_id);
create unique index listing_deal_is_open_once on listing_deal (listing_id, buyer_pseudonym_id)
  where stage not in ('closed', 'withdrawn');
-- However many accept at once, what can be had by one alone is had by one.
create unique index listing_is_sold_once on listing_deal (listing_id)
  where kind in ('sale', 'exclusive_licence') and stage in ('accepted', 'filed', 'recorded', 'closed');

-- Who the parties are. Each reads itself, and the other from the reveal on.
create table listing_deal_party (
  deal_id text not null references listing_deal,
  side text not null check (side in ('seller', 'buyer')),
  organisation_id text not null references organisation,
  contact text check (length(contact) between 1 and 500),
  primary key (deal_id, side),
  -- A buyer is not the seller.
  unique (deal_id, organisation_id)
);
create index on listing_deal_party (organisation_id);

create table listing_offer (
  id text primary key,
  deal_id text not null references listing_deal,
  seq integer not null check (seq > 0),
  side text not null check (side in ('seller', 'buyer')),
  kind text not null check (kind in ('sale', 'exclusive_licence', 'licence')),
  price_minor bigint not null check (price_minor > 0),
  currency char(3) not null,
  conditions text check (length(conditions) between 1 and 2000),
  made_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > made_at),
  unique (deal_id, seq),
  unique (id, deal_id)
);
alter table listing_deal add foreign key (offer_id, id) references listing_offer (id, deal_id);

-- Patents of accepted deals of which there can be one alone, in whichever listings they stand, until the deal is over.
create table listing_sale (
  deal_id text not null references listing_deal,
  patent_id uuid not null,
  ended_at timestamptz,
  primary key (deal_id, patent_id)
);
create unique index patent_is_sold_once on listing_sale (patent_id) where ended_at is null;
create index on listing_sale (patent_id);

create table listing_deal_step (
  deal_id text not null references listing_deal,
  seq integer not null check (seq > 0),
  step text not null,
  side text not null check (side in ('seller', 'buyer', 'pledgee', 'team', 'service')),
  stage text not null,
  detail jsonb not null,
  at timestamptz not null,
  primary key (deal_id, seq)
);

create table listing_message (
  deal_id text not null references listing_deal,
  seq integer not null check (seq > 0),
  side text not null check (side in ('seller', 'buyer', 'team')),
  text text not null check (length(text) between 1 and 4000),
  at timestamptz not null,
  primary key (deal_id, seq)
);

create table listing_document (
  id text primary key,
  listing_id text not null references listing,
  name text not null check (length(name) between 1 and 120),
  media_type text not null,
  size_bytes integer not null check (size_bytes > 0),
  sha256 bytea not null check (length(sha256) = 32),
  -- Sealed for the seller.
  content text not null,
  added_at timestamptz not null
);
create index on listing_document (listing_id);

-- Who may see which document.
create table listing_document_right (
  document_id text not null references listing_document,
  deal_id text not null references listing_deal,
  granted_at timestamptz not null,
  revoked_at timestamptz,
  primary key (document_id, deal_id)
);
create index on listing_document_right (deal_id);

create table listing_document_view (
  document_id text not null,
  deal_id text not null,
  seq integer not null check (seq > 0),
  at timestamptz not null,
  primary key (document_id, deal_id, seq),
  foreign key (document_id, deal_id) references listing_document_right
);
create index on listing_document_view (deal_id);

-- A pledgee is asked for its consent to one offer, and answers once.
create table listing_consent (
  id text primary key,
  deal_id text not null,
  offer_id text not null,
  pledge_id text not null references pledge,
  bank_id text not null references organisation,
  -- Of its pledge, among those of the deal.
  patent_ids uuid[] not null check (cardinality(patent_ids) > 0),
  buyer_name text not null,
  kind text not null,
  price_minor bigint not null,
  currency char(3) not null,
  asked_at timestamptz not null,
  foreign key (offer_id, deal_id) references listing_offer (id, deal_id),
  unique (deal_id, offer_id, pledge_id),
  unique (id, bank_id)
);
create index on listing_consent (bank_id, id);

create table listing_consent_answer (
  consent_id text primary key,
  bank_id text not null,
  answer text not null check (answer in ('given', 'refused')),
  -- Where what is paid goes (Civil Code of China, articles 443 and 444).
  proceeds_to text check (proceeds_to in ('debt', 'deposit')),
  reason text check (length(reason) between 1 and 500),
  answered_at timestamptz not null,
  check ((answer = 'given') = (proceeds_to is not null)),
  foreign key (consent_id, bank_id) references listing_consent (id, bank_id)
);

-- For other parts of the service that must ask whether patents are pledged, whosever they are: under which contracts that stand
-- before the law, and to whom.
create function pledgees_of(patent_ids uuid[]) returns table (pledge_id text, bank_id text, patent_id uuid) language sql stable
  begin atomic
    select pledge.id, pledge.bank_id, pledge_patent.patent_id
    from pledge_patent join pledge on pledge.id = pledge_patent.pledge_id
    where pledge_patent.patent_id = any(patent_ids) and pledge_patent.removed_at is null
      and pledge.state in ('registered', 'active', 'defaulted', 'in_disposal');
  end;

-- Until the transaction ends no pledge takes the patents that does not hold them yet (src/pledges/pledgeable.ts).
create function hold_patents(patent_ids uuid[]) returns void language sql
  begin atomic
    select pg_advisory_xact_lock(hashtextextended(id, 0)) from (select unnest::text as id from unnest(patent_ids) order by 1) asked;
  end;

-- A pledged patent passes to nobody without its pledgee's consent to that very offer (Civil Code of China, articles 443 and 444).
-- Deals are written by the service alone, as the jobs write: no request has the right, so this sees every pledge there is.
create function require_pledgee_consent() returns trigger language plpgsql as $$
declare
  missing text;
  patents uuid[] := array(select patent_id from listing_patent where listing_id = new.listing_id);
begin
  perform hold_patents(patents);
  select pledgee.pledge_id into missing from pledgees_of(patents) pledgee
    where not exists (
      select from listing_consent join listing_consent_answer on consent_id = listing_consent.id
      where deal_id = new.id and offer_id = new.offer_id and listing_consent.pledge_id = pledgee.pledge_id
        and listing_consent_answer.bank_id = pledgee.bank_id and answer = 'given')
    limit 1;
  if missing is not null then
    raise exception 'the pledgee of % has not consented', missing using errcode = 'PWC01';
  end if;
  return new;
end $$;
create trigger listing_deal_has_pledgee_consent before insert or update on listing_deal
  for each row when (new.stage in ('accepted', 'closed')) execute function require_pledgee_consent();

alter table pseudonym_use drop constraint pseudonym_use_context_kind_check;
alter table pseudonym_use add constraint pseudonym_use_context_kind_check check (context_kind in ('listing', 'want', 'need'));

do $$
declare
  name text;
  condition text;
  -- What a request may do besides reading, and to which of the rows that it reads.
  seller text := 'exists (select from listing where listing.id = listing_id and holds_pseudonym(pseudonym_id))';
  party text := 'exists (select from listing_deal where listing_deal.id = deal_id)';
  deal_seller text := 'exists (select from listing_deal where listing_deal.id = deal_id and holds_pseudonym(seller_pseudonym_id))';
  deal_buyer text := 'exists (select from listing_deal where listing_deal.id = deal_id and holds_pseudonym(buyer_pseudonym_id))';
begin
  for name, condition in values
    -- What is published is for everybody to see, also what became of it.
    ('listing', 'current_organisation() is not null'),
    ('listing_patent', 'exists (select from listing where listing.id = listing_id and (holds_pseudonym(pseudonym_id)
      or exists (select from identity_reveal where identity_reveal.pseudonym_id = listing.pseudonym_id
        and asker_id = (select current_organisation()))))'),
    ('listing_private', seller),
    ('listing_want', 'current_organisation() is not null'),
    ('listing_want_answer', seller || ' or exists (select from listing_want
      where listing_want.id = want_id and holds_pseudonym(pseudonym_id))'),
    ('listing_referral', 'intermediary_id = (select current_organisation()) or ' || seller),
    ('listing_deal', 'holds_pseudonym(seller_pseudonym_id) or holds_pseudonym(buyer_pseudonym_id)
      or with_team and (select is_staff())'),
    ('listing_deal_party', 'organisation_id = (select current_organisation()) or exists (
      select from listing_deal join identity_reveal on identity_reveal.pseudonym_id = seller_pseudonym_id
      where listing_deal.id = deal_id and organisation_id in (asker_id, owner_id))'),
    ('listing_offer', party),
    ('listing_sale', 'false'),
    ('listing_deal_step', party),
    ('listing_message', party),
    ('listing_document', seller || ' or exists (select from listing_document_right
      where document_id = listing_document.id and revoked_at is null and ' || deal_buyer || ')'),
    ('listing_document_right', party),
    ('listing_document_view', party),
    ('listing_consent', 'bank_id = (select current_organisation()) or ' || deal_seller),
    ('listing_consent_answer', 'bank_id = (select current_organisation())
      or exists (select from listing_consent where listing_consent.id = consent_id)')
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%s)', name, condition,
      case name
        when 'listing' then 'holds_pseudonym(pseudonym_id)'
        when 'listing_want' then 'holds_pseudonym(pseudonym_id)'
        when 'listing_patent' then seller
        when 'listing_private' then seller
        when 'listing_want_answer' then seller
        when 'listing_referral' then seller
        when 'listing_document' then seller
        when 'listing_document_right' then deal_seller
        when 'listing_document_view' then deal_buyer
        when 'listing_message' then party
        when 'listing_consent' then deal_seller
        -- A consent comes from the pledgee alone.
        when 'listing_consent_answer' then 'bank_id = (select current_organisation())'
        else 'false'
      end);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
  foreach name in array '{listing, listing_patent, listing_private, listing_want, listing_want_answer, listing_referral,
    listing_message, listing_document, listing_document_right, listing_document_view, listing_consent,
    listing_consent_answer}'::text[] loop
    execute format('grant insert on %I to pledgewatch_app', name);
  end loop;
  foreach name in array '{listing_offer, listing_deal_step, listing_message, listing_document_view, listing_consent,
    listing_consent_answer, listing_want_answer, listing_referral, listing_patent}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
  end loop;
end $$;
grant update (state) on listing, listing_want to pledgewatch_app;
grant update (granted_at, revoked_at) on listing_document_right to pledgewatch_app;
