-- Haircuts that disposals ask for: proposed by an estimate, adopted by other eyes, taken by valuations from then on
-- (docs/decisions/0038-haircuts-learnt-from-deals.md).
create table haircut_proposal (
  id text primary key,
  liquidity_class text not null check (liquidity_class in ('invention', 'utility_model', 'design')),
  before_bp integer not null check (before_bp between 0 and 10000),
  after_bp integer not null check (after_bp between 0 and 10000 and after_bp <> before_bp),
  estimate jsonb not null,
  -- A person, a key, or the monthly job.
  proposed_by text not null,
  proposed_at timestamptz not null
);
create index on haircut_proposal (liquidity_class, id);

create table haircut_decision (
  proposal_id text primary key references haircut_proposal,
  decision text not null check (decision in ('adopted', 'refused')),
  note text not null check (length(note) between 1 and 2000),
  organisation_id text not null references organisation,
  decided_by text not null,
  decided_at timestamptz not null
);

-- What valuations read: it is nobody's own, and says no more than what was adopted.
create table haircut (
  proposal_id text primary key references haircut_decision,
  liquidity_class text not null check (liquidity_class in ('invention', 'utility_model', 'design')),
  haircut_bp integer not null check (haircut_bp between 0 and 10000),
  source text not null,
  adopted_at timestamptz not null
);
create index on haircut (liquidity_class, adopted_at);

-- A deal that was closed on this service and found on the register: it names no party.
alter table deal alter organisation_id drop not null;
alter table deal drop constraint deal_source_check;
alter table deal add constraint deal_source_check check (source in ('own', 'imported', 'platform'));
alter table deal add constraint deal_names_its_recorder check ((organisation_id is null) = (source = 'platform'));

-- What closed deals brought, each once, beside what was thought of it before. It names no party.
create table listing_proceeds (
  deal_id text primary key,
  kind text not null check (kind in ('sale', 'exclusive_licence', 'licence')),
  -- In disposal, which the patents were sold from.
  pledge_id text references pledge,
  patent_ids uuid[] not null check (cardinality(patent_ids) > 0),
  price_minor bigint not null check (price_minor > 0),
  costs_minor bigint not null check (costs_minor >= 0),
  currency char(3) not null,
  dealt_on date not null,
  -- Of all patents, as last valued before the deal: before the haircut and after it. Null where one had no value.
  value_minor bigint check (value_minor >= 0),
  predicted_minor bigint check (predicted_minor >= 0),
  -- What the market model learns from it.
  comparable_id text,
  booked_at timestamptz not null,
  check ((value_minor is null) = (predicted_minor is null))
);
create index on listing_proceeds (pledge_id);

do $$
declare name text;
begin
  foreach name in array '{haircut_proposal, haircut_decision, haircut, listing_proceeds}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
  foreach name in array '{haircut_proposal, haircut_decision, listing_proceeds}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%2$s)', name,
      '(select is_staff())');
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
end $$;
grant insert on haircut_proposal, haircut_decision to pledgewatch_app;
grant select on haircut to pledgewatch_app;
